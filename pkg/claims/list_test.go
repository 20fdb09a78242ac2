package claims_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// verdictsOn are n verdicts on claims of a namespace, every third of them kept.
func verdictsOn(namespace string, n int) []claims.Verdict {
	var out []claims.Verdict
	for i := range n {
		c := claim(fmt.Sprintf("data-web-%d", i), ownedBy("StatefulSet", "web", "web-uid"))
		c.Namespace, c.Reclaim, c.Created = namespace, "", time.Date(2026, 3, 1, 2, 3, i%60, 0, time.UTC)
		out = append(out, claims.Verdict{
			Claim: c, Delete: i%3 != 0, Class: claims.OutOfRange, Reason: fmt.Sprintf("ordinal %d is outside of [0,1)", i),
			Set: "web", Template: "data", Ordinal: i,
			Seen: claims.Seen{UID: "web-uid", Generation: 3, Ordinals: workload.NewOrdinals(1, 2)},
		})
	}
	return out
}

func TestAListGivesBackWhatWasPutIntoIt(t *testing.T) {
	var list claims.List
	few, many := verdictsOn("few", 3), verdictsOn("many", 500)
	list.Put("many", many)
	list.Put("few", few)
	list.Put("none", nil)

	want := slices.Concat(few, many)
	require.Equal(t, want, slices.Collect(list.All()))
	require.Equal(t, want, slices.Collect(list.All()), "more than once")
	for range list.All() {
		break // and as far as it is wanted
	}
	require.Equal(t, slices.DeleteFunc(slices.Clone(want), func(v claims.Verdict) bool { return !v.Delete }), slices.Collect(list.Doomed()))
}

func TestAListKnowsWhatItWasToldLast(t *testing.T) {
	var list claims.List
	list.Put("a", verdictsOn("a", 100))
	list.Put("b", verdictsOn("b", 2))
	list.Put("a", verdictsOn("a", 1))
	list.Put("b", nil)

	require.Equal(t, verdictsOn("a", 1), slices.Collect(list.All()))
}

func TestAListIsInTheOrderOfTheServersKeys(t *testing.T) {
	var list claims.List
	for _, namespace := range []string{"team", "zoo", "team-b", "team0", "team-a-1", "team-a", "a"} {
		list.Put(namespace, verdictsOn(namespace, 1))
	}

	var got []string
	for v := range list.All() {
		got = append(got, v.Claim.Namespace)
	}
	require.Equal(t, []string{"a", "team-a-1", "team-a", "team-b", "team", "team0", "zoo"}, got)
	for _, a := range got {
		for _, b := range got {
			require.Equal(t, compare(a+"/", b+"/"), claims.CompareNamespaces(a, b), "%s and %s", a, b)
		}
	}
}

func compare(a, b string) int { return slices.Compare([]byte(a), []byte(b)) }

func TestAListFillsInWhatBecomesOfVolumes(t *testing.T) {
	list := claims.List{Reclaim: func(c storage.Claim) corev1.PersistentVolumeReclaimPolicy {
		return map[bool]corev1.PersistentVolumeReclaimPolicy{true: "Retain", false: "Delete"}[c.Name == "data-web-1"]
	}}
	list.Put("many", verdictsOn("many", 70))

	total := claims.Sum(list.Doomed())

	require.Equal(t, []int{46, 45, 1}, []int{total.Claims, total.Dying, total.Staying})
}

func TestWhatCannotBeCompressedIsKeptAsItIs(t *testing.T) {
	var list claims.List
	odd := verdictsOn("odd", 100)
	odd[50].Claim.UnusedSince = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) // no JSON has such a time

	list.Put("odd", odd)

	require.Equal(t, odd, slices.Collect(list.All()))
}
