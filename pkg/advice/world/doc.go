// Package world is what one look shows around StatefulSets, as far as the rules of doctor
// and lint ask for it: small copies, on live objects and on files alike. It is pure.
package world
