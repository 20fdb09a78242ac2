package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // every way to log in that kubectl knows
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/feed"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/pvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/savedset"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/survey"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Client reads and writes StatefulSets of one namespace.
type Client struct {
	*transport.Settings
	pvc.Claims
	savedset.Store

	conn  *transport.Conn
	zones *feed.Zones // nil when nobody wants to know
	ahead ahead
}

// New makes a client. It sends nothing yet. warn is told the warnings that the
// API server sends along with its answers.
func New(config *rest.Config, namespace string, warn func(string)) (*Client, error) {
	conn, err := transport.New(config, namespace, warn)
	if err != nil {
		return nil, err
	}
	return by(conn), nil
}

// by is a client that uses this connection.
func by(conn *transport.Conn) *Client {
	return &Client{Settings: conn.Settings, Claims: pvc.New(conn), Store: savedset.Of(conn), conn: conn}
}

// In is the same client for another namespace.
func (c *Client) In(namespace string) *Client {
	other := by(c.conn.In(namespace))
	other.zones = c.zones
	return other
}

// Everywhere is the same client for the sets of all namespaces. It can only
// list.
func (c *Client) Everywhere() *Client { return c.In(metav1.NamespaceAll) }

// Host is the API server's address.
func (c *Client) Host() string { return c.conn.Host() }

// Now is the cluster's time as far as the API server's answers tell.
func (c *Client) Now() time.Time { return c.conn.Now() }

// OnRetry sets who is told, before there is a feed to tell it, that the API
// server does not answer and is asked again. It may be called by several
// goroutines at once.
func (c *Client) OnRetry(tell func(string)) { c.conn.OnRetry(tell) }

// Permit asks whether the user may do all of this, and is an error that names
// everything that is missing.
func (c *Client) Permit(ctx context.Context, needs ...permission.Permission) error {
	return c.conn.Permit(ctx, needs...)
}

// Denied reports whether the user lacks a permission. What an admission plugin
// forbids is something else.
func Denied(err error) bool { return errors.Is(err, engine.ErrDenied) }

// Transient reports whether the same request may have another answer in a
// moment: the API server says so, or the connection was lost.
func Transient(err error) bool { return transport.Transient(err) }

// ErrNoOrder means that a list did not come in the order of namespaces, or that
// it could not be gone on with. What was passed on before must not be used.
var ErrNoOrder = pvc.ErrNoOrder

// ErrUnwilling is an answer of the API server that is no missing permission and no
// failure: what was asked for is not allowed here.
var ErrUnwilling = pvc.ErrUnwilling

// Manifest is a StatefulSet as the server wrote it, in JSON: it keeps fields
// that this binary's API types do not know.
type Manifest json.RawMessage

// Load reads the set, its pods and its revisions. Errors are worded for a
// person and wrap the API server's.
func (c *Client) Load(ctx context.Context, name string) (sts.Snapshot, Manifest, error) {
	ctx = c.conn.Quiet(ctx)
	raw, err := transport.Again(ctx, func(ctx context.Context) ([]byte, error) {
		return transport.Body(c.conn.Apps.Get().Namespace(c.Namespace).Resource("statefulsets").Name(name).
			SetHeader("Accept", runtime.ContentTypeJSON).Do(ctx))
	})
	if err != nil {
		return sts.Snapshot{}, nil, c.missing(ctx, name, c.conn.Explain(err, "get", "statefulsets.apps", name))
	}
	if err := podtemplate.CheckQuantities(raw); err != nil {
		return sts.Snapshot{}, nil, fmt.Errorf("statefulset %q: %w", name, err)
	}
	object := &appsv1.StatefulSet{}
	if err := json.Unmarshal(raw, object); err != nil {
		return sts.Snapshot{}, nil, fmt.Errorf("statefulset %q: %w", name, err)
	}
	set := workload.FromApps(object)
	if err := sts.Countable(set); err != nil {
		return sts.Snapshot{}, nil, err
	}
	c.ahead.begin(set)
	s, err := c.around(ctx, set)
	s.Raw = templateOf(raw)
	return s, raw, err
}

// missing says of a set that is not there where it has gone: a recreate may have been killed
// between its deletion and its creation. For whoever may not read that, the set is just not
// there.
func (c *Client) missing(ctx context.Context, name string, err error) error {
	if !apierrors.IsNotFound(err) {
		return err
	}
	switch was, unread := c.Saved(ctx, name); {
	case unread != nil && !Denied(unread):
		return fmt.Errorf("%w; whether a recreate has deleted it is not known: %w", err, unread)
	case was == nil:
		return err
	default:
		return &hint.Error{
			Err: fmt.Errorf("%w: the recreate started at %s deleted it and did not finish; its pods are still running",
				err, was.Started.UTC().Format(time.RFC3339)),
			Hints: []hint.Hint{hint.Plugin("create it again", "recreate", name)},
		}
	}
}

// templateOf is the pod template in a set's manifest, nil when there is none.
func templateOf(raw []byte) podtemplate.Template {
	var set struct {
		Spec struct {
			Template json.RawMessage `json:"template"`
		} `json:"spec"`
	}
	if json.Unmarshal(raw, &set) != nil {
		return nil
	}
	return podtemplate.Template(set.Spec.Template)
}

// around reads what belongs to a set. Pods and revisions are asked for at the
// same time; the events only when a pod is missing.
func (c *Client) around(ctx context.Context, set *workload.Set) (sts.Snapshot, error) {
	selector, err := feed.Selector(set)
	if err != nil {
		return sts.Snapshot{}, err
	}
	opts := metav1.ListOptions{LabelSelector: selector}
	revisionsDone := make(chan error, 1)
	var revisions *appsv1.ControllerRevisionList
	go func() {
		var err error
		revisions, err = transport.Again(ctx, func(ctx context.Context) (*appsv1.ControllerRevisionList, error) {
			return c.conn.ControllerRevisions(c.Namespace).List(ctx, opts)
		})
		revisionsDone <- c.conn.Explain(err, "list", "controllerrevisions.apps", "")
	}()
	pods, err := transport.Again(ctx, func(ctx context.Context) (*corev1.PodList, error) {
		return c.conn.Pods(c.Namespace).List(ctx, opts)
	})
	revisionsErr := <-revisionsDone
	if err := c.conn.Explain(err, "list", "pods", ""); err != nil {
		return sts.Snapshot{}, err
	}
	if revisionsErr != nil {
		return sts.Snapshot{}, revisionsErr
	}
	s := sts.Observe(set, pointers(pods.Items), pointers(revisions.Items), nil)
	if len(s.Pods) < s.Replicas() {
		// Not being allowed to read events only costs their words.
		events, err := transport.Again(ctx, func(ctx context.Context) (*corev1.EventList, error) {
			return c.conn.Events(c.Namespace).List(ctx, metav1.ListOptions{FieldSelector: feed.AboutPods(set.Name)})
		})
		if err == nil {
			s.FailedCreates = sts.FailedCreates(pointers(events.Items))
		}
	}
	return c.nodesOf(ctx, s), nil
}

func pointers[T any](items []T) []*T {
	out := make([]*T, len(items))
	for i := range items {
		out[i] = &items[i]
	}
	return out
}

// nodesOf reads the nodes that hold overdue pods.
func (c *Client) nodesOf(ctx context.Context, s sts.Snapshot) sts.Snapshot {
	for _, pod := range s.Pods {
		if _, known := s.Nodes[pod.Node]; known || pod.Node == "" || !pod.Overdue(c.Now()) {
			continue
		}
		node, err := transport.Again(ctx, func(ctx context.Context) (*corev1.Node, error) {
			return c.conn.Nodes().Get(ctx, pod.Node, metav1.GetOptions{})
		})
		if err != nil {
			return s
		}
		if s.Nodes == nil {
			s.Nodes = map[string]sts.Node{}
		}
		s.Nodes[pod.Node] = sts.ObserveNode(node)
	}
	return s
}

// Autoscalers are the names of the HorizontalPodAutoscalers that target the
// set. KEDA works through one of these too.
func (c *Client) Autoscalers(ctx context.Context, set string) ([]string, error) {
	scalers, err := c.Scalers(ctx, set)
	var names []string
	for _, a := range scalers {
		names = append(names, a.Name)
	}
	return names, err
}

// Scalers are the same, with what they would do. Not knowing of one is not the
// same as there being none: an error is for the caller to judge.
func (c *Client) Scalers(ctx context.Context, set string) ([]claims.Scaler, error) {
	list, err := transport.Again(c.conn.Quiet(ctx), func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscalerList, error) {
		return c.conn.HorizontalPodAutoscalers(c.Namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return nil, c.conn.Explain(err, "list", "horizontalpodautoscalers.autoscaling", "")
	}
	var out []claims.Scaler
	for i := range list.Items {
		if claims.ScaledSet(&list.Items[i]) == set {
			out = append(out, claims.Scaler{Namespace: c.Namespace, Set: set, Autoscaler: claims.ObserveAutoscaler(&list.Items[i])})
		}
	}
	return out, nil
}

// Budgets adds the PodDisruptionBudgets that cover the set to a snapshot.
func (c *Client) Budgets(ctx context.Context, s sts.Snapshot) (sts.Snapshot, error) {
	list, err := transport.Again(c.conn.Quiet(ctx), func(ctx context.Context) (*policyv1.PodDisruptionBudgetList, error) {
		return c.conn.PodDisruptionBudgets(c.Namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return s, c.conn.Explain(err, "list", "poddisruptionbudgets.policy", "")
	}
	return s.WithBudgets(pointers(list.Items)), nil
}

// StatefulSet reads the set and nothing around it.
func (c *Client) StatefulSet(ctx context.Context, name string) (*appsv1.StatefulSet, error) {
	set, err := transport.Again(c.conn.Quiet(ctx), func(ctx context.Context) (*appsv1.StatefulSet, error) {
		return c.conn.StatefulSets(c.Namespace).Get(ctx, name, metav1.GetOptions{})
	})
	return set, c.conn.Explain(err, "get", "statefulsets.apps", name)
}

// Survey is a look at all that the rules of doctor ask about, of the client's namespace or
// of all.
func (c *Client) Survey() *survey.Survey { return survey.New(c.conn) }
