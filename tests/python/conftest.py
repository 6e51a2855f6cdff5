"""What every test starts from."""

import signal

# A shell that starts the tests in the background may have told them to ignore Ctrl-C, which some of them press.
signal.signal(signal.SIGINT, signal.default_int_handler)
