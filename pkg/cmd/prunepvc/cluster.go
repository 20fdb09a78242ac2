package prunepvc

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

var _ batch.Cluster = cluster{}

// cluster is a client as a deletion of claims needs it.
type cluster struct {
	client  *kube.Client
	scalers bool    // whether autoscalers count
	dryRun  bool    // the server judges deletions and keeps nothing
	judges  *judges // nil where one judge knows all claims
	gone    bool    // claims of sets that are gone are deleted, so it has to be known that they are
}

// Look reads what can want a claim of the namespace, after its claims where
// nobody knows these yet.
func (c cluster) Look(ctx context.Context, namespace string) (claims.World, error) {
	if c.judges != nil && !c.judges.knows(namespace) {
		all, err := c.client.In(namespace).ClaimsAlone(ctx)
		if err != nil {
			return claims.World{}, err
		}
		c.judges.add(namespace, all)
	}
	w, err := c.client.In(namespace).ClaimWorld(ctx, c.scalers)
	if err == nil && c.gone {
		var away []sts.Snapshot
		away, err = c.client.In(namespace).SavedSets(ctx)
		w.AddAway(namespace, away)
	}
	return w, err
}

// Claim reads the claim as it is now.
func (c cluster) Claim(ctx context.Context, claim storage.Claim) (storage.Claim, error) {
	return c.client.In(claim.Namespace).ClaimNow(ctx, claim)
}

// Receipt reads what it takes to make the claim again.
func (c cluster) Receipt(ctx context.Context, claim storage.Claim) (receipt.Receipt, error) {
	return c.client.In(claim.Namespace).ClaimReceipt(ctx, claim)
}

// Retain makes the volume outlive its claim.
func (c cluster) Retain(ctx context.Context, r receipt.Receipt) error {
	return c.client.In(r.Claim.Namespace).KeepVolume(ctx, r)
}

// May is the error that a deletion would have now.
func (c cluster) May(ctx context.Context, claim storage.Claim) error {
	return c.client.In(claim.Namespace).PermitPrune(ctx, claim)
}

// Delete deletes the claim if it is still as it was seen.
func (c cluster) Delete(ctx context.Context, claim storage.Claim) error {
	return c.client.In(claim.Namespace).PruneClaim(ctx, claim, c.dryRun)
}
