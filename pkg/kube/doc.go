// Package kube is the only package that talks to the API server: it loads and
// watches one StatefulSet with what belongs to it, applies the engine's
// changes with their preconditions, and puts API errors into words.
package kube
