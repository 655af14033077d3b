"""One stage of a run: a child process with a deadline, watched while it works."""
import signal
import subprocess
import time

from lifeline import end_with_parent


def run_stage(command, output, seconds, grace, watch, asked_to_stop, lock):
    """Runs `command` and calls `watch()` twice a second. Returns 'done', 'cut' (late), 'stopped' (asked) or 'failed'.

    A late or unwanted child gets SIGTERM, on which the trainer saves, and after `grace` seconds SIGKILL. Its output is
    appended to the file `output`. It inherits the descriptor `lock`, so the run counts as at work while it lives.
    """
    ends, how, killed_at = time.monotonic() + seconds, None, None
    with open(output, "ab") as file:
        child = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, pass_fds=[lock], preexec_fn=lambda: end_with_parent(signal.SIGTERM))
        while child.poll() is None:
            now = time.monotonic()
            if how is None and (now > ends or asked_to_stop()):
                how = "cut" if now > ends else "stopped"
                child.terminate()
                killed_at = now + grace
            elif killed_at is not None and now > killed_at:
                child.kill()
            watch()
            time.sleep(0.5)
    watch()
    if how is None and asked_to_stop():
        how = "stopped"  # Ctrl-C reaches the child as well, which may have ended by itself
    return how or ("done" if child.returncode == 0 else "failed")
