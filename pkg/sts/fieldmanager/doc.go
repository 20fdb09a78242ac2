// Package fieldmanager tells who wrote which field of a set, and which tool manages it. It
// is pure.
package fieldmanager
