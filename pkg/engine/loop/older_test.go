package loop

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// versions is a snapshot of a set and pods of which only the versions matter.
func versions(set string, pods map[types.UID]string) sts.Snapshot {
	s := sts.Snapshot{Set: &workload.Set{ObjectMeta: metav1.ObjectMeta{UID: "web", ResourceVersion: set}}}
	for uid, version := range pods {
		s.Pods = append(s.Pods, sts.Pod{UID: uid, Version: version})
	}
	return s
}

func TestWhatTheWatchShowsIsComparedWithALook(t *testing.T) {
	type pods = map[types.UID]string
	look := versions("20", pods{"a": "10", "b": "15"})
	another := versions("30", pods{"a": "10"})
	another.Set.UID = "recreated"
	for _, test := range []struct {
		name  string
		shown sts.Snapshot
		older bool
	}{
		{"the same", versions("20", pods{"a": "10", "b": "15"}), false},
		{"the set is newer", versions("21", pods{"a": "10", "b": "15"}), false},
		{"a pod is newer", versions("20", pods{"a": "22", "b": "15"}), false},
		{"the set is older", versions("19", pods{"a": "10", "b": "15"}), true},
		{"the set is older and a pod newer", versions("19", pods{"a": "22", "b": "15"}), true},
		{"a pod is older", versions("20", pods{"a": "10", "b": "14"}), true},
		{"a pod is older and another newer", versions("20", pods{"a": "9", "b": "22"}), true},
		{"a pod that the look saw deleted", versions("20", pods{"a": "10", "b": "15", "c": "12"}), true},
		{"a pod created after the look", versions("20", pods{"a": "10", "b": "15", "c": "16"}), false},
		{"a pod is not created yet", versions("20", pods{"a": "10"}), true},
		{"a pod deleted after the look, which the set tells", versions("25", pods{"a": "10"}), false},
		{"a pod deleted after the look, which a later pod tells", versions("20", pods{"a": "10", "c": "17"}), false},
		{"numbers, not letters", versions("100", pods{"a": "10", "b": "15"}), false},
		{"the set's version is no number", versions("x", pods{"a": "10", "b": "15"}), false},
		{"a pod's version is no number", versions("20", pods{"a": "x", "b": "15"}), false},
		{"the set was recreated", another, false},
		{"the set is deleted", sts.Snapshot{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.older, before(test.shown, look))
		})
	}
	require.False(t, before(look, sts.Snapshot{}), "a look that found no set")
}
