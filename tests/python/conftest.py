"""What every test starts from."""

import signal

# A shell that starts the tests in the background may have made them ignore Ctrl-C, which some of them send.
signal.signal(signal.SIGINT, signal.default_int_handler)
