// Package storage has what matters about claims and volumes, one by one. It is pure.
package storage
