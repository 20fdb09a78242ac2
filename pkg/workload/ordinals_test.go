package workload_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// seen is all that a set of ordinals tells of itself.
type seen struct {
	all, backward     []int
	first, last, next int
	words             string
}

func see(o workload.Ordinals) seen {
	return seen{
		all: slices.Collect(o.All()), backward: slices.Collect(o.Backward()),
		first: o.First(), last: o.Last(), next: o.Next(), words: o.String(),
	}
}

func TestOrdinals(t *testing.T) {
	for _, test := range []struct {
		name string
		o    workload.Ordinals
		want seen
	}{
		{"from 0", workload.NewOrdinals(0, 3), seen{[]int{0, 1, 2}, []int{2, 1, 0}, 0, 2, 3, "0-2"}},
		{"from 5", workload.NewOrdinals(5, 2), seen{[]int{5, 6}, []int{6, 5}, 5, 6, 7, "5-6"}},
		{"one", workload.NewOrdinals(4, 1), seen{[]int{4}, []int{4}, 4, 4, 5, "4"}},
		{"none", workload.NewOrdinals(5, 0), seen{first: 5, last: 4, next: 5}},
		{"fewer than none", workload.NewOrdinals(5, -1), seen{first: 5, last: 4, next: 5}},
		{"a gap", workload.NewOrdinals(0, 4, 2), seen{[]int{0, 1, 3, 4}, []int{4, 3, 1, 0}, 0, 4, 5, "0-1,3-4"}},
		{
			"gaps side by side, at the end and in front", workload.NewOrdinals(1, 4, 5, 3, 1, 2, 8, 0),
			seen{[]int{4, 6, 7, 9}, []int{9, 7, 6, 4}, 4, 9, 10, "4,6-7,9"},
		},
		{"the next one is reserved", workload.NewOrdinals(0, 2, 2, 3), seen{[]int{0, 1}, []int{1, 0}, 0, 1, 4, "0-1"}},
		{"none, and the first is reserved", workload.NewOrdinals(0, 0, 0), seen{first: 1, last: 0, next: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, see(test.o))
			for i, ordinal := range test.want.all {
				require.Equal(t, ordinal, test.o.At(i))
				require.Equal(t, i, test.o.Index(ordinal))
			}
			for ordinal := range 12 {
				require.Equal(t, slices.Contains(test.want.all, ordinal), test.o.Has(ordinal), ordinal)
			}
			require.Len(t, test.want.all, test.o.Len())
		})
	}
}

func TestPartsOfOrdinals(t *testing.T) {
	o := workload.NewOrdinals(1, 5, 3, 7) // 1 2 4 5 6, then 8 9
	for _, test := range []struct {
		name string
		part workload.Ordinals
		want []int
		next int
	}{
		{"the highest", o.Highest(2), []int{5, 6}, 8},
		{"the highest of more than there are", o.Highest(9), []int{1, 2, 4, 5, 6}, 8},
		{"the highest none", o.Highest(0), nil, 8},
		{"from one up", o.From(4), []int{4, 5, 6}, 8},
		{"from a reserved one up", o.From(3), []int{4, 5, 6}, 8},
		{"from below all", o.From(0), []int{1, 2, 4, 5, 6}, 8},
		{"from beyond all", o.From(9), nil, 9},
		{"below one", o.Below(4), []int{1, 2}, 4},
		{"below a reserved one", o.Below(3), []int{1, 2}, 4},
		{"below all", o.Below(0), nil, 1},
		{"below beyond all", o.Below(30), []int{1, 2, 4, 5, 6}, 8},
		{"between two, also those that are not there yet", o.Between(5, 9), []int{5, 6, 8}, 9},
		{"between, upside down", o.Between(9, 5), nil, 9},
		{"more", o.Resized(7), []int{1, 2, 4, 5, 6, 8, 9}, 10},
		{"fewer", o.Resized(2), []int{1, 2}, 4},
		{"those that come", o.Added(7), []int{8, 9}, 10},
		{"none comes", o.Added(3), nil, 8},
		{"those that go", o.Removed(2), []int{4, 5, 6}, 8},
		{"none goes", o.Removed(7), nil, 8},
		{"of a part", o.From(4).Highest(2), []int{5, 6}, 8},
		{"a part of more", o.Slice(4, 7), []int{6, 8, 9}, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, slices.Collect(test.part.All()))
			require.Equal(t, test.next, test.part.Next())
		})
	}
}

func TestOrdinalsStopWhereTheyAreLeft(t *testing.T) {
	for _, all := range []func(func(int) bool){workload.NewOrdinals(0, 9).All(), workload.NewOrdinals(0, 9).Backward()} {
		n := 0
		for range all {
			n++
			if n == 2 {
				break
			}
		}
		require.Equal(t, 2, n)
	}
}

func TestOrdinalsAreEqualWithEachNumberOfThem(t *testing.T) {
	o := workload.NewOrdinals(0, 2)
	require.True(t, o.Equal(workload.NewOrdinals(0, 2)))
	require.True(t, workload.NewOrdinals(0, 2, 0).Equal(workload.NewOrdinals(1, 2)))
	for name, other := range map[string]workload.Ordinals{
		"more": workload.NewOrdinals(0, 3), "later": workload.NewOrdinals(1, 2), "a gap to come": workload.NewOrdinals(0, 2, 2),
	} {
		require.False(t, o.Equal(other), name)
	}
}

func TestOrdinalWords(t *testing.T) {
	for want, list := range map[string][]int{
		"": nil, "3": {3}, "0-2,4": {4, 2, 1, 0}, "1,3,5-6": {1, 3, 6, 5, 5}, "0,2000000000": {2000000000, 0},
	} {
		require.Equal(t, want, workload.OrdinalWords(list))
	}
}
