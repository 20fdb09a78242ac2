// Package table lays rows out in columns, of which some go and others are cut where
// a terminal is narrow.
package table
