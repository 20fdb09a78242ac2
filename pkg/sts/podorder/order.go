package podorder

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Order is the order in which pods are deleted where the controller leaves
// that to others. The zero value is the controller's own: highest ordinal
// first.
type Order struct {
	Ascending bool  `json:"ascending,omitempty"`
	First     []int `json:"first,omitempty"` // these ordinals before all others, in this order
	// Last selects pods that come after all others, by their labels at the
	// moment when the next one is picked: a leader that moved is still last.
	Last string `json:"last,omitempty"`
}

// Parse reads "ascending", "descending" or a list of ordinals, and a label
// selector. Both may be empty.
func Parse(order, last string) (Order, error) {
	o := Order{Last: last}
	switch order {
	case "", "descending":
	case "ascending":
		o.Ascending = true
	default:
		var err error
		if o.First, err = parseOrdinalList(order); err != nil {
			return Order{}, err
		}
	}
	return o, o.Check()
}

func parseOrdinalList(text string) ([]int, error) {
	var out []int
	seen := map[int]bool{}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		switch {
		case err != nil || n < 0:
			return nil, fmt.Errorf(`%q is neither "ascending", "descending" nor a list of ordinals like 2,0,1`, text)
		case seen[n]:
			return nil, fmt.Errorf("ordinal %d is there twice", n)
		}
		seen[n] = true
		out = append(out, n)
	}
	return out, nil
}

// Check rejects a selector that can't be read.
func (o Order) Check() error {
	if o.Last == "" {
		return nil
	}
	selector, err := labels.Parse(o.Last)
	switch {
	case strings.ContainsFunc(o.Last, func(r rune) bool { return r < ' ' || r > '~' }):
		return fmt.Errorf("selector %q: labels have no such characters", o.Last) // the parser takes some
	case err != nil:
		return fmt.Errorf("selector %q: %w", o.Last, sts.CleanError(err))
	case selector.Empty():
		return errors.New("the selector selects every pod")
	}
	return nil
}

// IsZero reports whether it is the controller's own order.
func (o Order) IsZero() bool { return !o.Ascending && len(o.First) == 0 && o.Last == "" }

// Sort sorts pods into this order.
func (o Order) Sort(pods []sts.Pod) {
	slices.SortStableFunc(pods, func(a, b sts.Pod) int {
		return cmp.Or(cmp.Compare(o.isLast(a), o.isLast(b)), cmp.Compare(o.place(a), o.place(b)), o.byOrdinal(a, b))
	})
}

// Keeps reports whether the pod comes after all that have not these labels.
func (o Order) Keeps(p sts.Pod) bool {
	if o.Last == "" {
		return false
	}
	selector, err := labels.Parse(o.Last)
	return err == nil && selector.Matches(labels.Set(p.Labels))
}

func (o Order) isLast(p sts.Pod) int {
	if o.Keeps(p) {
		return 1
	}
	return 0
}

// place is the pod's place in the list, or after the list.
func (o Order) place(p sts.Pod) int {
	if i := slices.Index(o.First, p.Ordinal); i >= 0 {
		return i
	}
	return len(o.First)
}

func (o Order) byOrdinal(a, b sts.Pod) int {
	if o.Ascending {
		return a.Ordinal - b.Ordinal
	}
	return b.Ordinal - a.Ordinal
}

// String is the order in words.
func (o Order) String() string {
	words := "highest ordinal first"
	switch {
	case o.Ascending:
		words = "lowest ordinal first"
	case len(o.First) > 0:
		words = strings.Trim(strings.Join(strings.Fields(fmt.Sprint(o.First)), ", "), "[]") + " first"
	}
	if o.Last != "" {
		words += ", pods with " + o.Last + " last"
	}
	return words
}
