// Package status shows the status of one set, or of many in a list.
package status
