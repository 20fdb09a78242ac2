package podorder_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestParseOrder(t *testing.T) {
	const list = `is neither "ascending", "descending" nor a list of ordinals like 2,0,1`
	for _, test := range []struct {
		name        string
		order, last string
		want        podorder.Order
		err         string
	}{
		{name: "nothing is the controller's own order"},
		{name: "descending is as well", order: "descending"},
		{name: "ascending", order: "ascending", want: podorder.Order{Ascending: true}},
		{name: "one ordinal", order: "2", want: podorder.Order{First: []int{2}}},
		{name: "a list, with spaces", order: "2, 0 ,1", want: podorder.Order{First: []int{2, 0, 1}}},
		{name: "a selector", last: "role=primary", want: podorder.Order{Last: "role=primary"}},
		{name: "both", order: "ascending", last: "role in (a,b),!x", want: podorder.Order{Ascending: true, Last: "role in (a,b),!x"}},
		{name: "another word", order: "random", err: `"random" ` + list},
		{name: "a negative ordinal", order: "1,-2", err: `"1,-2" ` + list},
		{name: "a range", order: "1-2", err: `"1-2" ` + list},
		{name: "a list with a gap", order: "1,,2", err: `"1,,2" ` + list},
		{name: "an ordinal that no int holds", order: "99999999999999999999", err: `"99999999999999999999" ` + list},
		{name: "an ordinal given twice, spelled in two ways", order: "1,2,01", err: "ordinal 1 is there twice"},
		{
			name: "a selector that is none", last: "role==", want: podorder.Order{Last: "role=="}, // "role" equal to nothing
		},
		{
			name: "a selector that can't be read", last: "a in b",
			err: `selector "a in b": unable to parse requirement: found 'b' expected: '('`,
		},
		{name: "a selector of nothing but a comma and spaces", last: "  ", err: "the selector selects every pod"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := podorder.Parse(test.order, test.last)
			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, test.order == "" && test.last == "" || test.order == "descending", got.IsZero())
		})
	}
}

func TestOrderInWords(t *testing.T) {
	for _, test := range []struct {
		order podorder.Order
		want  string
	}{
		{podorder.Order{}, "highest ordinal first"},
		{podorder.Order{Ascending: true}, "lowest ordinal first"},
		{podorder.Order{First: []int{2}}, "2 first"},
		{podorder.Order{First: []int{2, 0, 11}}, "2, 0, 11 first"},
		{podorder.Order{Last: "role=primary"}, "highest ordinal first, pods with role=primary last"},
		{podorder.Order{First: []int{3, 1}, Last: "role=primary"}, "3, 1 first, pods with role=primary last"},
	} {
		require.Equal(t, test.want, test.order.String())
	}
}

// The order is part of a record: another release must read it.
func TestOrderSurvivesJSON(t *testing.T) {
	for text, order := range map[string]podorder.Order{
		`{}`:                                    {},
		`{"ascending":true}`:                    {Ascending: true},
		`{"first":[2,0],"last":"role=primary"}`: {First: []int{2, 0}, Last: "role=primary"},
	} {
		data, err := json.Marshal(order)
		require.NoError(t, err)
		require.JSONEq(t, text, string(data))
		var got podorder.Order
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		require.Equal(t, order, got)
	}
}

func TestSort(t *testing.T) {
	const leader = "role=primary"
	for _, test := range []struct {
		name    string
		order   podorder.Order
		leaders []int
		want    []int
	}{
		{"highest first", podorder.Order{}, []int{4}, []int{4, 3, 2, 1, 0}},
		{"lowest first", podorder.Order{Ascending: true}, nil, []int{0, 1, 2, 3, 4}},
		{"some first, in their order, then the rest highest first", podorder.Order{First: []int{1, 3}}, nil, []int{1, 3, 4, 2, 0}},
		{"ordinals that are not there make no difference", podorder.Order{First: []int{9, 2}}, nil, []int{2, 4, 3, 1, 0}},
		{"the leader last", podorder.Order{Last: leader}, []int{4}, []int{3, 2, 1, 0, 4}},
		{"two leaders last, in order", podorder.Order{Last: leader}, []int{1, 4}, []int{3, 2, 0, 4, 1}},
		{"two leaders last, lowest first", podorder.Order{Ascending: true, Last: leader}, []int{1, 3}, []int{0, 2, 4, 1, 3}},
		{
			"a leader that is named first is last all the same",
			podorder.Order{First: []int{2, 0}, Last: leader},
			[]int{2},
			[]int{0, 4, 3, 1, 2},
		},
		{"no leader at all", podorder.Order{Last: leader}, nil, []int{4, 3, 2, 1, 0}},
		{"a selector that can't be read selects none", podorder.Order{Last: "a in b"}, []int{4}, []int{4, 3, 2, 1, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := ststest.Pods(0, 5)
			for _, o := range test.leaders {
				ststest.Labelled("role", "primary")(all[o])
			}
			pods := ststest.Snapshot(ststest.Set(), all).Pods
			test.order.Sort(pods)
			var got []int
			for _, pod := range pods {
				got = append(got, pod.Ordinal)
			}
			require.Equal(t, test.want, got)
		})
	}
}
