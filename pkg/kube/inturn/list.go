package inturn

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Kind is what is put together: N is what lists have of one namespace.
type Kind[N any] struct {
	New  func(namespace string) N
	Name func(*N) string
	Add  func(to *N, part N)
	// Size is how many objects it has whose number is told; see [transport.Settings].
	Size func(*N) int
}

// Of are the lists of one connection.
type Of[N any] struct {
	Kind Kind[N]
	Conn *transport.Conn
}

// List is a list of a namespace, or of all, reduced page by page to what matters.
type List[N any] struct {
	resource string // as errors name it
	limit    int64  // how many objects a page has
	page     func(context.Context, metav1.ListOptions) (page[N], error)
}

// page is what one page tells.
type page[N any] struct {
	// parts are in the order of the list. Neighbours are of different namespaces.
	parts []N
	next  string // the token of the next page, "" on the last
}

// in is the last part if it is of this namespace, or a new one.
func (p *page[N]) in(kind Kind[N], namespace string) *N {
	if n := len(p.parts); n == 0 || kind.Name(&p.parts[n-1]) != namespace {
		p.parts = append(p.parts, kind.New(namespace))
	}
	return &p.parts[len(p.parts)-1]
}

func (p *page[N]) size(kind Kind[N]) int {
	n := 0
	for i := range p.parts {
		n += kind.Size(&p.parts[i])
	}
	return n
}

// Reduced makes a list whose objects are reduced one by one by add, into what it has of
// the object's namespace. List and without are those of [transport.Stream].
func Reduced[O metav1.Object, N any](kind Kind[N], resource string,
	list func(context.Context, metav1.ListOptions, []string, func(O)) (string, error), without []string, add func(*N, O),
) List[N] {
	return List[N]{resource, transport.LongPage, func(ctx context.Context, opts metav1.ListOptions) (page[N], error) {
		return transport.Again(ctx, func(ctx context.Context) (page[N], error) {
			var p page[N]
			next, err := list(ctx, opts, without, func(object O) { add(p.in(kind, object.GetNamespace()), object) })
			if err != nil {
				return page[N]{}, err
			}
			p.next = next
			return p, nil
		})
	}}
}

// InPages is the same list, read so many objects at a time.
func (l List[N]) InPages(limit int64) List[N] {
	l.limit = limit
	return l
}

// Without is the same list, which is done without where give says so of an error.
func (l List[N]) Without(give func(error) bool) List[N] {
	read := l.page
	l.page = func(ctx context.Context, opts metav1.ListOptions) (page[N], error) {
		p, err := read(ctx, opts)
		if err != nil && opts.Continue == "" && give(err) {
			return page[N]{}, nil
		}
		return p, err
	}
	return l
}

// Whole reads all pages. Should the server forget the state of the first page
// before the last is read, everything is read again in one answer: pages of two
// states can both lack what was replaced in between.
func (o Of[N]) Whole(ctx context.Context, l List[N]) ([]N, error) {
	var parts []N
	opts, held := metav1.ListOptions{Limit: l.limit}, 0
	for {
		p, err := l.page(ctx, opts)
		switch {
		case err != nil && opts.Continue != "" && apierrors.IsResourceExpired(err):
			parts, opts, held = nil, metav1.ListOptions{}, 0
			continue
		case err != nil:
			return nil, o.Conn.Explain(err, "list", l.resource, "")
		}
		parts = append(parts, p.parts...)
		if held += p.size(o.Kind); held > 0 && o.Conn.Held != nil {
			o.Conn.Held(held)
		}
		if opts.Continue = p.next; opts.Continue == "" {
			return parts, nil
		}
	}
}

// AllWhole reads several lists at the same time.
func (o Of[N]) AllWhole(ctx context.Context, lists []List[N]) ([]N, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts, errs := make([][]N, len(lists)), make(chan error, len(lists))
	for i, list := range lists {
		go func() {
			var err error
			parts[i], err = o.Whole(ctx, list)
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
	var all []N
	for i := range parts {
		all = append(all, parts[i]...)
	}
	return all, first
}
