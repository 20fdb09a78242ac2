package pvc

import (
	"context"
	"errors"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Lists of all namespaces come in the order of etcd's keys, NAMESPACE/NAME,
// whether etcd answers or the API server's watch cache, which sorts by the same
// keys. No document promises it, so it is checked while it is relied on.

// ErrNoOrder means that a list did not come in the order of namespaces, or that
// it could not be gone on with. What was passed on before must not be used:
// [Claims.ClaimsAtOnce] needs no order.
var ErrNoOrder = errors.New("a list is not in the order of namespaces")

// ClaimsInTurn reads the claims and what can want them side by side, page by
// page, and passes a namespace on as soon as all lists are past it. So only the
// pages that are being read are in memory, and the namespace at hand.
func (c Claims) ClaimsInTurn(ctx context.Context, scalers bool, each func(claims.Namespace) error) error {
	if c.conn.Namespace != metav1.NamespaceAll {
		return c.ClaimsAtOnce(ctx, scalers, each)
	}
	ctx, cancel := context.WithCancel(c.conn.Quiet(ctx))
	defer cancel()
	t := &turns{client: c, scalers: scalers, torn: map[string]bool{}}
	t.claims = c.startReel(ctx, c.claimList())
	// What can want the claims must not be older than they are.
	if err := t.fill(ctx, t.claims); err != nil {
		return err
	}
	t.reels = append(t.reels, t.claims)
	for _, list := range c.worldLists(scalers) {
		t.reels = append(t.reels, c.startReel(ctx, list))
	}
	for {
		n, err := t.next(ctx)
		if err != nil || n == nil {
			return err
		}
		if err := each(*n); err != nil {
			return err
		}
	}
}

// turns puts lists together, namespace by namespace.
type turns struct {
	client  Claims
	scalers bool
	claims  *reel
	reels   []*reel // the claims' first
	// torn are namespaces of which a list has told one half from one state of
	// the cluster and one from a later.
	torn map[string]bool
	// late is set once the claims come from a later state than what was read
	// about what can want them.
	late bool
}

// next is the first namespace that any list has more of, nil after the last.
func (t *turns) next(ctx context.Context) (*claims.Namespace, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // whatever has come meanwhile
	}
	var n *claims.Namespace
	for _, r := range t.reels {
		if err := t.fill(ctx, r); err != nil {
			return nil, err
		}
		if len(r.parts) > 0 && (n == nil || claims.CompareNamespaces(r.parts[0].Name, n.Name) < 0) {
			n = &claims.Namespace{Name: r.parts[0].Name}
		}
	}
	if n == nil {
		return nil, nil
	}
	for _, r := range t.reels {
		for len(r.parts) > 0 && r.parts[0].Name == n.Name {
			n.Add(r.parts[0])
			r.parts[0] = claims.Namespace{} // it is in n now
			r.parts = r.parts[1:]
			if r == t.claims && t.client.conn.Held != nil {
				t.client.conn.Held(len(n.Claims))
			}
			if err := t.fill(ctx, r); err != nil {
				return nil, err
			}
		}
	}
	return n, t.mend(ctx, n)
}

// mend reads a namespace by itself when the lists have not told it from one
// state each, and what can want its claims not from an older one than they are.
func (t *turns) mend(ctx context.Context, n *claims.Namespace) error {
	if !t.torn[n.Name] && (!t.late || len(n.Claims) == 0) {
		return nil
	}
	delete(t.torn, n.Name)
	return Claims{t.client.conn.In(n.Name)}.ClaimsAtOnce(ctx, t.scalers, func(again claims.Namespace) error {
		*n = again
		return nil
	})
}

// fill waits for the next page when the last has been used up.
func (t *turns) fill(ctx context.Context, r *reel) error {
	for len(r.parts) == 0 && !r.ended {
		page, more := <-r.pages
		switch {
		case !more && ctx.Err() != nil:
			return context.Cause(ctx)
		case !more:
			r.ended = true
		case page.err != nil:
			return page.err
		case page.tears && r == t.claims:
			t.late = true
			fallthrough
		case page.tears:
			t.torn[r.at] = true
		}
		if n := len(page.parts); n > 0 {
			r.parts, r.at = page.parts, page.parts[n-1].Name
		}
	}
	return nil
}

// reel is a list that is read in the background, one page ahead.
type reel struct {
	pages <-chan reelPage
	parts []claims.Namespace // of the page at hand, as far as they are not used up
	at    string             // the last namespace that has come
	ended bool
}

type reelPage struct {
	claimPage
	tears bool // it is from a later state than the page before
	err   error
}

func (c Claims) startReel(ctx context.Context, list claimList) *reel {
	pages := make(chan reelPage)
	go func() {
		defer close(pages)
		opts, at := metav1.ListOptions{Limit: transport.LongPage}, ""
		for {
			page := c.reelPage(ctx, list, &opts)
			if page.err == nil && !ordered(page.parts, at) {
				page.err = ErrNoOrder
			}
			if n := len(page.parts); n > 0 {
				at = page.parts[n-1].Name
			}
			select {
			case pages <- page:
			case <-ctx.Done():
				return
			}
			if page.err != nil || opts.Continue == "" {
				return
			}
		}
	}()
	return &reel{pages: pages}
}

// reelPage reads a page, and puts the token of the next into opts.
func (c Claims) reelPage(ctx context.Context, list claimList, opts *metav1.ListOptions) reelPage {
	page, err := list.page(ctx, *opts)
	tears := false
	if next := transport.Offered(err); next != "" && opts.Continue != "" {
		tears, opts.Continue = true, next
		page, err = list.page(ctx, *opts)
	}
	if err != nil && opts.Continue != "" && apierrors.IsResourceExpired(err) {
		return reelPage{err: ErrNoOrder}
	}
	opts.Continue = page.next
	return reelPage{page, tears, c.conn.Explain(err, "list", list.resource, "")}
}

// ordered reports whether these parts go on where the list has got to.
func ordered(parts []claims.Namespace, at string) bool {
	inOrder := func(a, b claims.Namespace) int { return claims.CompareNamespaces(a.Name, b.Name) }
	return slices.IsSortedFunc(parts, inOrder) && (at == "" || len(parts) == 0 || claims.CompareNamespaces(at, parts[0].Name) <= 0)
}
