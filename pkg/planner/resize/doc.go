// Package resize plans how the claims of a set get another size, another VolumeAttributesClass
// or both: the highest ordinal's alone first, then the others, a few at a time. It is pure.
package resize
