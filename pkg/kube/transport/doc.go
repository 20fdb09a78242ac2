// Package transport is the way to the API server: requests and their retries, its
// clock and its silence, long lists, and what its errors mean to a person.
package transport
