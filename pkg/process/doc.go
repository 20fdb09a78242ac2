// Package process tells other processes of this machine apart, and ends those that
// a hook started.
package process
