package transport

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
)

// Resource is the typed client of one resource: O is an object and L a list of
// them, both pointers. k8s.io/client-go/gentype has the same, and imports what
// its fakes need: the merging of fields, and OpenAPI.
type Resource[O, L runtime.Object] struct {
	group      rest.Interface
	parameters runtime.ParameterCodec
	json       runtime.Decoder
	name       string
	namespace  string // empty for all, and for what has none
	object     func() O
	list       func() L
}

// about is a request for one object or, with "", for the resource.
func (r Resource[O, L]) about(request *rest.Request, name string) *rest.Request {
	request = request.NamespaceIfScoped(r.namespace, r.namespace != "").Resource(r.name)
	if name == "" {
		return request
	}
	return request.Name(name)
}

// Get reads an object.
func (r Resource[O, L]) Get(ctx context.Context, name string, opts metav1.GetOptions) (O, error) {
	out := r.object()
	err := r.about(r.group.Get(), name).VersionedParams(&opts, r.parameters).Do(ctx).Into(out)
	return out, err
}

// List reads objects: all, or a page of them.
func (r Resource[O, L]) List(ctx context.Context, opts metav1.ListOptions) (L, error) {
	out := r.list()
	err := r.about(r.group.Get(), "").VersionedParams(&opts, r.parameters).Timeout(seconds(opts.TimeoutSeconds)).Do(ctx).Into(out)
	return out, err
}

// Watch reads what happens to objects.
func (r Resource[O, L]) Watch(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	opts.Watch = true
	return r.about(r.group.Get(), "").VersionedParams(&opts, r.parameters).Timeout(seconds(opts.TimeoutSeconds)).Watch(ctx)
}

// Create creates an object, and returns what became of it.
func (r Resource[O, L]) Create(ctx context.Context, object O, opts metav1.CreateOptions) (O, error) {
	out := r.object()
	err := r.about(r.group.Post(), "").VersionedParams(&opts, r.parameters).Body(object).Do(ctx).Into(out)
	return out, err
}

// Patch changes an object, and returns what became of it.
func (r Resource[O, L]) Patch(
	ctx context.Context, name string, kind types.PatchType, patch []byte, opts metav1.PatchOptions,
) (O, error) {
	out := r.object()
	err := r.about(r.group.Patch(kind), name).VersionedParams(&opts, r.parameters).Body(patch).Do(ctx).Into(out)
	return out, err
}

// seconds is a time as options have it, 0 for none.
func seconds(n *int64) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Second
}
