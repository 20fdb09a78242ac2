package workload

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Ordinals are the numbers of a set's pods: so many from a first one up, but for those
// that are reserved. The numbers beyond the last are those that the set would get next.
type Ordinals struct {
	Start    int   `json:"start"`
	Count    int   `json:"count"`
	Reserved []int `json:"reserved,omitempty"` // ascending, each once, none below Start
}

// NewOrdinals are count ordinals from start up, without those that are reserved.
func NewOrdinals(start, count int, reserved ...int) Ordinals {
	o := Ordinals{Start: start, Count: max(count, 0)}
	for _, r := range slices.Sorted(slices.Values(reserved)) {
		if r >= start && (len(o.Reserved) == 0 || r > o.Reserved[len(o.Reserved)-1]) {
			o.Reserved = append(o.Reserved, r)
		}
	}
	return o
}

// Len is how many there are.
func (o Ordinals) Len() int { return o.Count }

// At is the ordinal with this index, counted from the lowest. With an index behind the
// last it is one that the set would get next.
func (o Ordinals) At(index int) int {
	ordinal := o.Start + index
	for _, r := range o.Reserved {
		if r > ordinal {
			break
		}
		ordinal++
	}
	return ordinal
}

// Index is how many ordinals are below this one: its own index, if it is one of them.
func (o Ordinals) Index(ordinal int) int {
	below, _ := slices.BinarySearch(o.Reserved, ordinal)
	return max(ordinal-o.Start-below, 0)
}

// Has reports whether it is one of them.
func (o Ordinals) Has(ordinal int) bool {
	_, reserved := slices.BinarySearch(o.Reserved, ordinal)
	return !reserved && ordinal >= o.Start && o.Index(ordinal) < o.Count
}

// First is the lowest ordinal or, where there are none, the one that would be.
func (o Ordinals) First() int { return o.At(0) }

// Last is the highest ordinal. It is below the first where there are none.
func (o Ordinals) Last() int {
	if o.Count == 0 {
		return o.First() - 1
	}
	return o.At(o.Count - 1)
}

// Next is the ordinal that comes when there is to be one more.
func (o Ordinals) Next() int { return o.At(o.Count) }

// All goes through them from the lowest up.
func (o Ordinals) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range o.Count {
			if !yield(o.At(i)) {
				return
			}
		}
	}
}

// Backward goes through them from the highest down.
func (o Ordinals) Backward() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := o.Count - 1; i >= 0; i-- {
			if !yield(o.At(i)) {
				return
			}
		}
	}
}

// Slice are those from one index up to, but without, another. The indices may lie
// behind the last.
func (o Ordinals) Slice(from, to int) Ordinals {
	return NewOrdinals(o.At(from), to-from, o.Reserved...)
}

// Highest are the last n of them, or all.
func (o Ordinals) Highest(n int) Ordinals { return o.Slice(max(o.Count-n, 0), o.Count) }

// From are those that are not below this ordinal.
func (o Ordinals) From(ordinal int) Ordinals { return o.Slice(o.Index(ordinal), o.Count) }

// Below are those that are below this ordinal.
func (o Ordinals) Below(ordinal int) Ordinals { return o.Slice(0, min(o.Index(ordinal), o.Count)) }

// Between are the ordinals from one up to, but without, another which the set has or
// would have if it were to have more.
func (o Ordinals) Between(from, to int) Ordinals { return o.Slice(o.Index(from), o.Index(to)) }

// Resized are the ordinals of the set with another number of them.
func (o Ordinals) Resized(count int) Ordinals { return o.Slice(0, count) }

// Added are those that come when there are to be so many.
func (o Ordinals) Added(count int) Ordinals { return o.Slice(o.Count, count) }

// Removed are those that go when there are to be so many.
func (o Ordinals) Removed(count int) Ordinals { return o.Slice(min(count, o.Count), o.Count) }

// Equal reports whether both are the same ordinals, now and with any other number.
func (o Ordinals) Equal(other Ordinals) bool {
	beyond := func(o Ordinals) []int { return o.Resized(0).Reserved }
	return o.First() == other.First() && o.Count == other.Count && slices.Equal(beyond(o), beyond(other))
}

// String names them, such as "0-4" or "0-2,4,6-7".
func (o Ordinals) String() string { return words(o.All()) }

// OrdinalWords names ordinals, in whatever order, as a flag takes them: "0-2,4".
func OrdinalWords(list []int) string {
	return words(slices.Values(slices.Compact(slices.Sorted(slices.Values(list)))))
}

// words are ordinals in ascending order, each run of them as its ends.
func words(ascending iter.Seq[int]) string {
	var runs []string
	first, last := 0, -1
	end := func() {
		switch {
		case last < first:
		case last == first:
			runs = append(runs, strconv.Itoa(first))
		default:
			runs = append(runs, fmt.Sprintf("%d-%d", first, last))
		}
	}
	for o := range ascending {
		if last < first || o != last+1 {
			end()
			first = o
		}
		last = o
	}
	end()
	return strings.Join(runs, ",")
}
