// Package status lays out the status of one set, or of many in a list, as text.
package status
