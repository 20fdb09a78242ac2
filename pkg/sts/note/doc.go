// Package note has what the records of all operations share: how they are read and written
// as annotations of the set, who drives the operation, and how its last run failed. It is
// pure.
package note
