" Loaded by the tests into Vim: opens the channel over which they ask it.
let g:hefc_test_channel = ch_open('unix:' .. $HEFC_TEST_SOCKET, {'mode': 'json'})
