package batch

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Cluster is what a batch needs of the API server.
type Cluster interface {
	// Look reads what can want a claim of this namespace.
	Look(ctx context.Context, namespace string) (claims.World, error)
	// Claim reads the claim of this name as it is now. It is [engine.ErrGone] when
	// there is none.
	Claim(ctx context.Context, c storage.Claim) (storage.Claim, error)
	// Receipt reads what it takes to make the claim again. It is a
	// [engine.ErrConflict] when the claim is not as it was seen.
	Receipt(ctx context.Context, c storage.Claim) (receipt.Receipt, error)
	// Retain makes the volume outlive its claim.
	Retain(ctx context.Context, r receipt.Receipt) error
	// May is the error that a deletion would have now.
	May(ctx context.Context, c storage.Claim) error
	// Delete deletes the claim if it is still as it was seen, and is a
	// [engine.ErrConflict] when it is not, [engine.ErrGone] when there is none.
	Delete(ctx context.Context, c storage.Claim) error
}

// Judge judges claims again, in a world that may have moved on since.
type Judge interface {
	Again(old []claims.Verdict, w claims.World) []claims.Verdict
}
