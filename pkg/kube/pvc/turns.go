package pvc

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/inturn"
)

// ErrNoOrder means that a list did not come in the order of namespaces, or that
// it could not be gone on with. What was passed on before must not be used:
// [Claims.ClaimsAtOnce] needs no order.
var ErrNoOrder = inturn.ErrNoOrder

// kind is a namespace with its claims, of which the number is told.
func kind() inturn.Kind[claims.Namespace] {
	return inturn.Kind[claims.Namespace]{
		New:  func(name string) claims.Namespace { return claims.Namespace{Name: name} },
		Name: func(n *claims.Namespace) string { return n.Name },
		Add:  func(n *claims.Namespace, part claims.Namespace) { n.Add(part) },
		Size: func(n *claims.Namespace) int { return len(n.Claims) },
	}
}

func (c Claims) lists() inturn.Of[claims.Namespace] {
	return inturn.Of[claims.Namespace]{Kind: kind(), Conn: c.conn}
}

// ClaimsInTurn reads the claims and what can want them side by side, and passes a
// namespace on as soon as all lists are past it. What can want the claims is never older
// than they are.
func (c Claims) ClaimsInTurn(ctx context.Context, scalers bool, each func(claims.Namespace) error) error {
	if c.conn.Namespace != metav1.NamespaceAll {
		return c.ClaimsAtOnce(ctx, scalers, each)
	}
	again := func(ctx context.Context, namespace string) (out claims.Namespace, err error) {
		err = Claims{c.conn.In(namespace)}.ClaimsAtOnce(ctx, scalers, func(n claims.Namespace) error {
			out = n
			return nil
		})
		return out, err
	}
	return c.lists().InTurn(c.conn.Quiet(ctx), c.claimList(), c.worldLists(scalers), again, each)
}
