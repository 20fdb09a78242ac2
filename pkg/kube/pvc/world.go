package pvc

import (
	"context"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// ClaimsAlone reads the claims, without their volumes, page by page. Of a claim
// only the small copy is kept.
func (c Claims) ClaimsAlone(ctx context.Context) ([]storage.Claim, error) {
	parts, err := c.claimList().whole(c.conn.Quiet(ctx), c)
	var out []storage.Claim
	for _, part := range parts {
		out = append(out, part.Claims...)
	}
	return out, err
}

// ClaimWorld reads what can want a claim of the client's namespace ("" for
// all): sets, pods and, if so wished, autoscalers, all at the same time and
// page by page. Every verb that deletes claims decides by this look.
func (c Claims) ClaimWorld(ctx context.Context, scalers bool) (claims.World, error) {
	parts, err := c.worldParts(ctx, scalers)
	w := claims.World{Users: map[claims.Key]string{}}
	for _, part := range parts {
		w.Add(part.World)
	}
	return w, err
}

func (c Claims) worldParts(ctx context.Context, scalers bool) ([]claims.Namespace, error) {
	ctx, cancel := context.WithCancel(c.conn.Quiet(ctx))
	defer cancel()
	lists := c.worldLists(scalers)
	parts, errs := make([][]claims.Namespace, len(lists)), make(chan error, len(lists))
	for i, list := range lists {
		go func() {
			var err error
			parts[i], err = list.whole(ctx, c)
			errs <- err
		}()
	}
	var first error
	for range lists {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	return slices.Concat(parts...), first
}

// ClaimsAtOnce reads the claims and what can want them, and passes on one
// namespace after the other; all are in memory together. The claims are read
// first: what can want them is then not older than they are, and a set that was
// scaled up meanwhile is seen as it is.
func (c Claims) ClaimsAtOnce(ctx context.Context, scalers bool, each func(claims.Namespace) error) error {
	parts, err := c.claimList().whole(c.conn.Quiet(ctx), c)
	if err != nil {
		return err
	}
	world, err := c.worldParts(ctx, scalers)
	if err != nil {
		return err
	}
	byName := map[string]*claims.Namespace{}
	if c.conn.Namespace != metav1.NamespaceAll {
		byName[c.conn.Namespace] = &claims.Namespace{Name: c.conn.Namespace} // it may be empty
	}
	for _, part := range append(parts, world...) {
		if byName[part.Name] == nil {
			byName[part.Name] = &claims.Namespace{Name: part.Name}
		}
		byName[part.Name].Add(part)
	}
	for _, name := range slices.SortedFunc(maps.Keys(byName), claims.CompareNamespaces) {
		if err := each(*byName[name]); err != nil {
			return err
		}
	}
	return nil
}
