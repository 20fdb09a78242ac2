// Package sts holds the facts about one StatefulSet: what it is meant to be,
// which pods it has, on which revision they run, and what keeps them from
// getting there. It is pure: no client and no clock. Everything that decides reads a
// [Snapshot].
package sts
