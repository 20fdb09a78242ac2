// Package live shows sets on a terminal while they change, redrawn in place.
package live
