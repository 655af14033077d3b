"""Processes that do not outlive the one that started them."""
import ctypes
import signal


def end_with_parent(number=signal.SIGKILL):
    """Asks Linux to send this process a signal when its parent dies; elsewhere it may outlive a killed parent."""
    try:
        ctypes.CDLL("libc.so.6").prctl(1, number)  # PR_SET_PDEATHSIG
    except OSError:
        pass
