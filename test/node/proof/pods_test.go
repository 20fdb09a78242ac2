//go:build linux

package proof

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A pod is what scripts compare.
type pod struct{ UID, Image, Revision string }

// pods are those of a set, by their names.
func (s *state) pods(set string) (map[string]pod, error) {
	out, err := s.kubectl("get", "pods", "-l", "app="+set, "-o", "json")
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Metadata struct {
				Name, UID string
				Labels    map[string]string
			}
			Spec struct{ Containers []struct{ Image string } }
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return nil, err
	}
	found := map[string]pod{}
	for _, p := range list.Items {
		found[p.Metadata.Name] = pod{p.Metadata.UID, p.Spec.Containers[0].Image, p.Metadata.Labels["controller-revision-hash"]}
	}
	return found, nil
}

// cmdReplaced wants these pods of a set to be others than when the scenario began, or
// to have come or gone, and all the rest to be the same.
func cmdReplaced(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) < 1, "replaced SET [ORDINAL...]")
	s := stateOf(ts)
	now, err := s.pods(args[0])
	ts.Check(err)
	var want, got []string
	for _, ordinal := range args[1:] {
		want = append(want, args[0]+"-"+ordinal)
	}
	all := maps.Clone(s.before)
	maps.Copy(all, now)
	for name := range all {
		if s.before[name].UID != now[name].UID {
			got = append(got, name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		ts.Fatalf("replaced: %v, want %v", got, want)
	}
}

// cmdRevision wants all pods of a set to have one revision: the same that they had
// when the scenario began, or another.
func cmdRevision(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2 || !slices.Contains([]string{"same", "other"}, args[1]), "revision SET same|other")
	s := stateOf(ts)
	now, err := s.pods(args[0])
	ts.Check(err)
	before, after := revisions(s.before), revisions(now)
	if len(before) != 1 || len(after) != 1 || (before[0] == after[0]) != (args[1] == "same") {
		ts.Fatalf("revisions: %s, and %s before", strings.Join(after, " "), fmt.Sprint(before))
	}
}

func revisions(pods map[string]pod) []string {
	all := map[string]bool{}
	for _, p := range pods {
		all[p.Revision] = true
	}
	return slices.Sorted(maps.Keys(all))
}
