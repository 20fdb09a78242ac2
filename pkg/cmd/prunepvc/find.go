package prunepvc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// found is what a look at the cluster has found.
type found struct {
	judge batch.Judge
	list  claims.List // those to delete and, if they are shown, those to keep
	total claims.Total
}

// find reads claims and what can want them, and judges.
func (r Request) find(ctx context.Context, env *app.Env, client *kube.Client) (found, error) {
	s, err := r.search(ctx, env, client, client.ClaimsInTurn)
	if errors.Is(err, kube.ErrNoOrder) {
		s, err = r.search(ctx, env, client, client.ClaimsAtOnce)
	}
	if err != nil {
		return found{}, r.explain(err)
	}
	f := found{judge: s.judge, list: s.list}
	r.addReclaim(ctx, env, client, &f.list)
	f.total = claims.Sum(f.list.All())
	f.total.Kept = s.allKept()
	return f, nil
}

// inOrder sorts the claims of a namespace by ordinal, where the API server sorts
// by name: 2 is before 10.
func inOrder(a, b claims.Verdict) int {
	return cmp.Or(strings.Compare(a.Set, b.Set), strings.Compare(a.Template, b.Template), a.Ordinal-b.Ordinal,
		strings.Compare(a.Claim.Name, b.Claim.Name))
}

// selected are the claims that the selector selects.
func (r Request) selected(all []storage.Claim) []storage.Claim {
	if r.Selector == "" {
		return all
	}
	selects := r.selects()
	var out []storage.Claim
	for i := range all {
		if selects(all[i]) {
			out = append(out, all[i])
		}
	}
	return out
}

// selects is whether the selector selects a claim.
func (r Request) selects() func(storage.Claim) bool {
	selector, err := labels.Parse(r.Selector)
	return func(c storage.Claim) bool { return err == nil && selector.Matches(labels.Set(c.Labels)) } // check says the error before
}

// explain says what goes on without autoscalers, for who may not read them.
func (r Request) explain(err error) error {
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "horizontalpodautoscalers") {
		return err
	}
	return fmt.Errorf("%w. To go on without: --ignore-hpa; ordinals that an autoscaler may want again are not kept then", err)
}

// missing is the error about names that no set has.
func (r Request) missing(w claims.World, namespace string) error {
	for _, name := range r.Names {
		if !r.DeletedSets && !slices.ContainsFunc(w.Sets, func(s sts.Snapshot) bool { return s.Name() == name }) {
			return fmt.Errorf("statefulset %q not found in namespace %q; if it is gone and its claims are meant: --deleted-sets",
				name, namespace)
		}
	}
	return nil
}

// addReclaim fills in what happens to the volumes. Not being allowed to read
// them is no reason to stop: then nobody knows, and the question says so.
func (r Request) addReclaim(ctx context.Context, env *app.Env, client *kube.Client, list *claims.List) {
	volumes, err := client.Reclaims(ctx, func(yield func(storage.Claim) bool) {
		for v := range list.All() {
			if !yield(v.Claim) {
				return
			}
		}
	})
	if err != nil {
		env.Warn("nobody knows what happens to the volumes: " + err.Error())
	}
	list.Reclaim = volumes.Of
}
