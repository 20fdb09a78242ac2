package survey

import (
	"context"
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/inturn"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// ErrNoOrder is the one of [inturn.Of.InTurn]: [Survey.AtOnce] needs no order.
var ErrNoOrder = inturn.ErrNoOrder

// Survey is one look, of a namespace or of all. What may not be read is noted, and not an
// error; only the sets must be.
type Survey struct {
	conn    *transport.Conn
	cluster *world.Cluster
	volumes volumes
	makers  claims.Makers
	notes   *notes
}

// notes are why parts were not looked at. Lists are read at the same time.
type notes struct {
	mu     sync.Mutex
	unseen map[world.Part]string
}

func (n *notes) put(part world.Part, why string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unseen[part] = why
}

func (n *notes) all() map[world.Part]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.unseen)
}

// New begins a look by this connection.
func New(conn *transport.Conn) *Survey {
	return &Survey{conn: conn, cluster: &world.Cluster{}, makers: claims.Makers{}, notes: &notes{unseen: map[world.Part]string{}}}
}

func (s *Survey) all() bool { return s.conn.Namespace == metav1.NamespaceAll }

// InTurn reads side by side, and passes a namespace on as soon as all lists are past it.
func (s *Survey) InTurn(ctx context.Context, each func(*world.World) error) error {
	if !s.all() {
		return s.AtOnce(ctx, each)
	}
	ctx = s.conn.Quiet(ctx)
	if err := s.around(ctx); err != nil {
		return err
	}
	again := func(ctx context.Context, name string) (out namespace, err error) {
		other := &Survey{conn: s.conn.In(name), notes: s.notes}
		err = other.lists().AtOnce(ctx, other.claimList(), other.others(), func(n namespace) error {
			out = n
			return nil
		})
		return out, err
	}
	return s.lists().InTurn(ctx, s.claimList(), s.others(), again, func(n namespace) error { return s.pass(ctx, n, each) })
}

// AtOnce reads everything, and then passes on one namespace after the other.
func (s *Survey) AtOnce(ctx context.Context, each func(*world.World) error) error {
	ctx = s.conn.Quiet(ctx)
	if err := s.around(ctx); err != nil {
		return err
	}
	return s.lists().AtOnce(ctx, s.claimList(), s.others(), func(n namespace) error { return s.pass(ctx, n, each) })
}

// around reads what is in no namespace. Where one namespace is looked at, its volumes are
// read once it is known which they are.
func (s *Survey) around(ctx context.Context) error {
	reads := []func(context.Context) error{s.readNodes, s.readClasses}
	s.volumes = newVolumes()
	if s.all() {
		reads = append(reads, func(ctx context.Context) error { return s.listVolumes(ctx, nil) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, len(reads))
	for _, read := range reads {
		go func() { errs <- read(ctx) }()
	}
	var first error
	for range reads {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	s.cluster.Volume = s.volumes.find
	return first
}

func (s *Survey) readNodes(ctx context.Context) error {
	nodes := map[string]world.Node{}
	err := transport.Stream(ctx, s.conn.Nodes().Each, []string{
		"metadata.managedFields", "metadata.annotations", "status.images", "status.volumesInUse", "status.volumesAttached",
	}, func(n *corev1.Node) { nodes[n.Name] = world.ObserveNode(n) })
	s.cluster.Nodes = nodes
	return s.noted(world.PartNodes, err)
}

func (s *Survey) readClasses(ctx context.Context) error {
	classes := map[string]storagev1.StorageClass{}
	err := transport.Stream(ctx, s.conn.StorageClasses().Each, []string{"metadata.managedFields"}, func(c *storagev1.StorageClass) {
		classes[c.Name] = *c
	})
	s.cluster.Classes = classes
	return s.noted(world.PartClasses, err)
}

// noted notes that a part may not be read, which is then no error.
func (s *Survey) noted(part world.Part, err error) error {
	if err == nil {
		return nil
	}
	worded := s.conn.Explain(err, "list", string(part), "")
	if !apierrors.IsForbidden(err) {
		return worded
	}
	s.notes.put(part, worded.Error())
	return nil
}

// optional is what a list does without its part.
func (s *Survey) optional(part world.Part) func(error) bool {
	return func(err error) bool { return s.noted(part, err) == nil }
}

// pass makes the world of a namespace, and passes it on.
func (s *Survey) pass(ctx context.Context, n namespace, each func(*world.World) error) error {
	for i := range n.away {
		there := func(set world.Set) bool { return set.Object.Name == n.away[i].Name() }
		if !slices.ContainsFunc(n.sets, there) {
			n.sets = append(n.sets, world.AwaySet(n.away[i]))
		}
	}
	if len(n.sets) == 0 {
		return each(&world.World{Live: true, Now: s.conn.Now(), Cluster: s.cluster})
	}
	if !s.all() {
		if err := s.volumesOf(ctx, n); err != nil {
			return err
		}
	}
	w := &world.World{
		Live: true, Now: s.conn.Now(), Sets: n.sets, Budgets: n.budgets, Services: n.services, Scalers: n.scalers,
		Claims: map[string]world.Claim{}, Cluster: s.cluster, Unseen: s.notes.all(),
	}
	for i := range n.more {
		w.Claims[n.more[i].Name] = n.more[i]
	}
	for i := range w.Sets {
		w.Sets[i].Take(n.pods)
	}
	w.Unused = s.unused(n, w.Sets)
	return each(w)
}
