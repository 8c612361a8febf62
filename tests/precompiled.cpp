// The source of the targets that only precompile headers for the tests.
