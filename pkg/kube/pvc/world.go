package pvc

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// ClaimsAlone reads the claims, without their volumes, page by page. Of a claim
// only the small copy is kept.
func (c Claims) ClaimsAlone(ctx context.Context) ([]storage.Claim, error) {
	parts, err := c.lists().Whole(c.conn.Quiet(ctx), c.claimList())
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
	parts, err := c.lists().AllWhole(c.conn.Quiet(ctx), c.worldLists(scalers))
	w := claims.World{Users: map[claims.Key]string{}}
	for _, part := range parts {
		w.Add(part.World)
	}
	return w, err
}

// ClaimsAtOnce reads the claims and what can want them, and passes on one
// namespace after the other; all are in memory together. The claims are read
// first: what can want them is then not older than they are, and a set that was
// scaled up meanwhile is seen as it is.
func (c Claims) ClaimsAtOnce(ctx context.Context, scalers bool, each func(claims.Namespace) error) error {
	return c.lists().AtOnce(c.conn.Quiet(ctx), c.claimList(), c.worldLists(scalers), each)
}
