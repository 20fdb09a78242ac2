// Package advice is the rules of doctor and lint: what is wrong with a StatefulSet, or
// waits to go wrong, and what mends it. A rule decides from what one look shows, on live
// objects and on files alike, and says nothing where that does not tell. It is pure.
package advice
