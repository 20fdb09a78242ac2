// Package scale plans how a StatefulSet gets more or fewer replicas without
// losing what is on its claims.
package scale
