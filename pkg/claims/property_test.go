package claims_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Names of which many come out the same, whichever way they are put together.
var parts = []string{"a", "b", "a-b", "b-a", "a-a", "web", "web-1", "data", "data-web", "1"}

// chance makes a world out of names that collide and options at random, with
// claims that some set makes and claims that none does.
func chance(r *rand.Rand) scene {
	pick := func() string { return parts[r.Intn(len(parts))] }
	s := scene{options: claims.Options{Now: ststest.Start, DeletedSets: r.Intn(2) == 0, ScaledToZero: r.Intn(2) == 0}}
	s.world.Users = map[claims.Key]string{}
	taken := map[string]bool{}
	for range r.Intn(4) {
		name := pick()
		if taken[name] {
			continue
		}
		taken[name] = true
		s.world.Sets = append(s.world.Sets, set(name, int32(r.Intn(3)), []string{pick()}, ststest.From(int32(r.Intn(2)))))
	}
	known := map[string]bool{}
	for range r.Intn(12) {
		name := fmt.Sprintf("%s-%s-%d", pick(), pick(), r.Intn(4))
		if known[name] {
			continue
		}
		known[name] = true
		c := claim(name, labels(map[string]string{"app": pick()}))
		if r.Intn(4) == 0 {
			c = claim(name, madeBy([]string{"", "helm"}[r.Intn(2)]))
		}
		if r.Intn(5) == 0 {
			c.Owners = []metav1.OwnerReference{{Kind: "Cluster", Name: "x", UID: "x-uid"}}
		}
		c.Keep, c.Deleting = r.Intn(6) == 0, r.Intn(6) == 0
		if r.Intn(4) == 0 {
			s.world.Users[claims.Key{Namespace: "default", Name: name}] = "pod-x"
		}
		s.claims = append(s.claims, c)
	}
	return s
}

// wanted is what must never be deleted, said in another way than the judge
// does: by making every name that a set wants.
func wanted(s scene, c storage.Claim) string {
	makers := 0
	for _, set := range s.world.Sets {
		for _, template := range set.ClaimTemplates() {
			for ordinal := range 10 {
				if set.ClaimName(template, ordinal) != c.Name {
					continue
				}
				makers++
				if set.Ordinals().Has(ordinal) {
					return "in range of set " + set.Name()
				}
			}
		}
	}
	switch {
	case makers > 1:
		return "of two sets"
	case s.world.Users[claims.Key{Namespace: "default", Name: c.Name}] != "":
		return "mounted"
	case len(c.Owners) > 0:
		return "owned"
	case c.Keep:
		return "annotated"
	case c.Deleting:
		return "being deleted"
	}
	return ""
}

func TestNothingThatIsWantedIsEverDeleted(t *testing.T) {
	deleted := map[claims.Class]int{}
	for seed := range int64(20000) {
		s := chance(rand.New(rand.NewSource(seed)))
		verdicts := s.judge()
		require.Len(t, verdicts, len(s.claims))
		for _, v := range verdicts {
			require.NotEmpty(t, v.Reason, "seed %d: %s", seed, v.Claim.Name)
			if v.Delete {
				deleted[v.Class]++
				require.Empty(t, wanted(s, v.Claim), "seed %d: %s: %s", seed, v.Claim.Name, v.Reason)
				require.True(t, v.Class != claims.SetGone || s.options.DeletedSets, "seed %d", seed)
			}
		}
	}
	for _, class := range []claims.Class{claims.OutOfRange, claims.TemplateGone, claims.SetGone} {
		require.Greater(t, deleted[class], 100, "the worlds are too poor to tell: %v", deleted)
	}
}
