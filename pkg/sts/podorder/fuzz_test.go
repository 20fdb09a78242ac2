package podorder_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func FuzzOrder(f *testing.F) {
	for _, seed := range [][2]string{
		{"ascending", ""},
		{"descending", "role=primary"},
		{"2,0,1", "role in (a, b),!c"},
		{"2, 2", ""},
		{"-1", ""},
		{"", "a in b"},
		{"", " "},
		{"1,,2", "a=b,"},
		{"99999999999999999999", ""},
		{"+1", "\n=\x1b"},
	} {
		f.Add(seed[0], seed[1])
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, order, last string) {
		defer within.Input(t)()
		o, err := podorder.Parse(order, last)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		text, err := json.Marshal(o) // as a record has it
		require.NoError(t, err)
		var again podorder.Order
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, o, again)
		require.NoError(t, again.Check())
		require.NotEmpty(t, o.String())

		pods := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 3), ststest.Pods(3, 5, ststest.Labelled("role", "primary"))).Pods
		sorted := slices.Clone(pods)
		o.Sort(sorted)
		require.ElementsMatch(t, pods, sorted)
		first := slices.IndexFunc(sorted, o.Keeps)
		require.True(t, first < 0 || !slices.ContainsFunc(sorted[first:], func(p sts.Pod) bool { return !o.Keeps(p) }))
	})
}
