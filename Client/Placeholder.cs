// The project's first type replaces this file.
