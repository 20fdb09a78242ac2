package claims

import (
	"iter"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// Total sums up claims that may be deleted.
type Total struct {
	Claims int
	Size   resource.Quantity
	// Dying counts those whose data goes with them, or may, for all that is known.
	Dying     int
	DyingSize resource.Quantity
	// Unknown counts those of Dying whose volume's reclaim policy is not known.
	Unknown int
	// Staying counts those whose volume is there afterwards.
	Staying int
	// Ageless counts those whose idle time is not known.
	Ageless int
	Kept    int
}

// Sum is the total of these verdicts.
func Sum(verdicts iter.Seq[Verdict]) Total {
	t := Total{Size: resource.MustParse("0"), DyingSize: resource.MustParse("0")}
	for v := range verdicts {
		c := &v.Claim
		if !v.Delete {
			t.Kept++
			continue
		}
		size := sizeOf(c.Size)
		t.Claims++
		t.Size.Add(size)
		if c.DataDies() {
			t.Dying++
			t.DyingSize.Add(size)
			if c.Reclaim == "" {
				t.Unknown++
			}
		} else if c.Volume != "" {
			t.Staying++
		}
		if c.UnusedSince.IsZero() {
			t.Ageless++
		}
	}
	return t
}

// sizeOf reads a claim's size. What is none counts as 0, and so does what no volume
// has: the API server takes 1e2147483647 for a claim that is never bound.
func sizeOf(text string) resource.Quantity {
	if podtemplate.Endless(text) {
		return resource.Quantity{}
	}
	size, err := resource.ParseQuantity(text)
	if err != nil {
		return resource.Quantity{}
	}
	return size
}
