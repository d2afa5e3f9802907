"""The console in a browser: a small web server, and a console's process for each open page."""
