package inturn

import (
	"context"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
)

// AtOnce reads all lists, and passes on one namespace after the other; all are in memory
// together. The first list is read before the others: what they tell is then not older
// than that.
func (o Of[N]) AtOnce(ctx context.Context, first List[N], others []List[N], each func(N) error) error {
	parts, err := o.Whole(ctx, first)
	if err != nil {
		return err
	}
	more, err := o.AllWhole(ctx, others)
	if err != nil {
		return err
	}
	byName := map[string]*N{}
	in := func(name string) *N {
		if byName[name] == nil {
			n := o.Kind.New(name)
			byName[name] = &n
		}
		return byName[name]
	}
	if o.Conn.Namespace != metav1.NamespaceAll {
		in(o.Conn.Namespace) // it may be empty
	}
	parts = append(parts, more...)
	for i := range parts {
		o.Kind.Add(in(o.Kind.Name(&parts[i])), parts[i])
	}
	for _, name := range slices.SortedFunc(maps.Keys(byName), claims.CompareNamespaces) {
		if err := each(*byName[name]); err != nil {
			return err
		}
	}
	return nil
}
