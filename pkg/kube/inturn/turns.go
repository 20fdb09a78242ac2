package inturn

import (
	"context"
	"errors"

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
// [Of.AtOnce] needs no order.
var ErrNoOrder = errors.New("a list is not in the order of namespaces")

// InTurn reads the lists side by side, page by page, and passes a namespace on as soon as
// all of them are past it. So only the pages that are being read are in memory, and the
// namespace at hand. again reads a namespace by itself, all at once.
func (o Of[N]) InTurn(ctx context.Context, first List[N], others []List[N], again func(context.Context, string) (N, error),
	each func(N) error,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &turns[N]{of: o, again: again, torn: map[string]bool{}}
	t.first = o.startReel(ctx, first)
	// What the others tell must not be older.
	if err := t.fill(ctx, t.first); err != nil {
		return err
	}
	t.reels = append(t.reels, t.first)
	for _, list := range others {
		t.reels = append(t.reels, o.startReel(ctx, list))
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
type turns[N any] struct {
	of    Of[N]
	again func(context.Context, string) (N, error)
	first *reel[N]
	reels []*reel[N] // that one first
	// torn are namespaces of which a list has told one half from one state of
	// the cluster and one from a later.
	torn map[string]bool
	// late is set once the first list comes from a later state than what was read
	// of the others.
	late bool
}

// next is the first namespace that any list has more of, nil after the last.
func (t *turns[N]) next(ctx context.Context) (*N, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // whatever has come meanwhile
	}
	kind, name, found := t.of.Kind, "", false
	for _, r := range t.reels {
		if err := t.fill(ctx, r); err != nil {
			return nil, err
		}
		if len(r.parts) == 0 {
			continue
		}
		if at := kind.Name(&r.parts[0]); !found || claims.CompareNamespaces(at, name) < 0 {
			name, found = at, true
		}
	}
	if !found {
		return nil, nil
	}
	n := kind.New(name)
	for _, r := range t.reels {
		for len(r.parts) > 0 && kind.Name(&r.parts[0]) == name {
			kind.Add(&n, r.parts[0])
			var none N
			r.parts[0] = none // it is in n now
			r.parts = r.parts[1:]
			if r == t.first && t.of.Conn.Held != nil {
				t.of.Conn.Held(kind.Size(&n))
			}
			if err := t.fill(ctx, r); err != nil {
				return nil, err
			}
		}
	}
	return &n, t.mend(ctx, name, &n)
}

// mend reads a namespace by itself when the lists have not told it from one
// state each, and the others not from an older one than the first.
func (t *turns[N]) mend(ctx context.Context, name string, n *N) error {
	if !t.torn[name] && (!t.late || t.of.Kind.Size(n) == 0) {
		return nil
	}
	delete(t.torn, name)
	again, err := t.again(ctx, name)
	if err == nil {
		*n = again
	}
	return err
}

// fill waits for the next page when the last has been used up.
func (t *turns[N]) fill(ctx context.Context, r *reel[N]) error {
	for len(r.parts) == 0 && !r.ended {
		got, more := <-r.pages
		switch {
		case !more && ctx.Err() != nil:
			return context.Cause(ctx)
		case !more:
			r.ended = true
		case got.err != nil:
			return got.err
		case got.tears && r == t.first:
			t.late = true
			fallthrough
		case got.tears:
			t.torn[r.at] = true
		}
		if n := len(got.parts); n > 0 {
			r.parts, r.at = got.parts, t.of.Kind.Name(&got.parts[n-1])
		}
	}
	return nil
}

// reel is a list that is read in the background, one page ahead.
type reel[N any] struct {
	pages <-chan reelPage[N]
	parts []N    // of the page at hand, as far as they are not used up
	at    string // the last namespace that has come
	ended bool
}

type reelPage[N any] struct {
	page[N]

	tears bool // it is from a later state than the page before
	err   error
}

func (o Of[N]) startReel(ctx context.Context, list List[N]) *reel[N] {
	pages := make(chan reelPage[N])
	go func() {
		defer close(pages)
		opts, at := metav1.ListOptions{Limit: list.limit}, ""
		for {
			got := o.reelPage(ctx, list, &opts)
			if got.err == nil && !o.ordered(got.parts, at) {
				got.err = ErrNoOrder
			}
			if n := len(got.parts); n > 0 {
				at = o.Kind.Name(&got.parts[n-1])
			}
			select {
			case pages <- got:
			case <-ctx.Done():
				return
			}
			if got.err != nil || opts.Continue == "" {
				return
			}
		}
	}()
	return &reel[N]{pages: pages}
}

// reelPage reads a page, and puts the token of the next into opts.
func (o Of[N]) reelPage(ctx context.Context, list List[N], opts *metav1.ListOptions) reelPage[N] {
	got, err := list.page(ctx, *opts)
	tears := false
	if next := transport.Offered(err); next != "" && opts.Continue != "" {
		tears, opts.Continue = true, next
		got, err = list.page(ctx, *opts)
	}
	if err != nil && opts.Continue != "" && apierrors.IsResourceExpired(err) {
		return reelPage[N]{err: ErrNoOrder}
	}
	opts.Continue = got.next
	return reelPage[N]{got, tears, o.Conn.Explain(err, "list", list.resource, "")}
}

// ordered reports whether these parts go on where the list has got to.
func (o Of[N]) ordered(parts []N, at string) bool {
	for i := range parts {
		name := o.Kind.Name(&parts[i])
		if at != "" && claims.CompareNamespaces(at, name) > 0 {
			return false
		}
		at = name
	}
	return true
}
