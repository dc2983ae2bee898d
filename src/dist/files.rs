//! Reads the numbers of a CSV file that a scenario names; the caller does the reading from disk.
