package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // every way to log in that kubectl knows
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Client reads and writes StatefulSets of one namespace.
type Client struct {
	Namespace string
	// Held, unless it is nil, is told how many objects of a long list are in memory,
	// as they come and are passed on: claims, or pods and sets.
	Held func(objects int)
	// FieldManager is the name under which writes are recorded in managedFields.
	FieldManager string

	groups
	config   *rest.Config
	host     string
	clock    *clock
	retrying func(string) // told what is asked again, nil for nobody
	zones    *zones       // nil when nobody wants to know
}

// New makes a client. It sends nothing yet. warn is told the warnings that the
// API server sends along with its answers.
func New(config *rest.Config, namespace string, warn func(string)) (*Client, error) {
	pingOften()
	config = rest.CopyConfig(config)
	config.WarningHandler = warnings(warn)
	// Protobuf halves what a list of pods costs to read; what the server
	// has only as JSON still comes as JSON.
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	config.ContentType = runtime.ContentTypeProtobuf
	// One set is watched, not a cluster reconciled: no need to throttle.
	config.QPS = -1
	c := &Client{Namespace: namespace, FieldManager: sts.Manager, config: config, host: config.Host, clock: &clock{}}
	config.Wrap(c.clock.wrap)
	config.Wrap(timeouts{config.Timeout}.wrap)
	config.Timeout = 0
	var err error
	if c.groups, err = newGroups(config); err != nil {
		return nil, err
	}
	return c, nil
}

// pingOften makes a connection that nobody answers on any more show within 15 s
// instead of 45: until then a soak could end on what was true before. These
// variables are the only way that apimachinery offers; a user's own count.
func pingOften() {
	for name, seconds := range map[string]string{"HTTP2_READ_IDLE_TIMEOUT_SECONDS": "10", "HTTP2_PING_TIMEOUT_SECONDS": "5"} {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, seconds) // fails for names that are none
		}
	}
}

// warnings tells the API server's warnings.
type warnings func(string)

// HandleWarningHeader tells what a Warning header says; 299 is the only code
// that the API server uses.
func (w warnings) HandleWarningHeader(code int, _, text string) {
	if code == 299 && text != "" {
		w(text)
	}
}

// Manifest is a StatefulSet as the server wrote it, in JSON: it keeps fields
// that this binary's API types do not know.
type Manifest json.RawMessage

// Load reads the set, its pods and its revisions. Errors are worded for a
// person and wrap the API server's.
func (c *Client) Load(ctx context.Context, name string) (sts.Snapshot, Manifest, error) {
	ctx = c.quiet(ctx)
	raw, err := again(ctx, func(ctx context.Context) ([]byte, error) {
		return body(c.apps.Get().Namespace(c.Namespace).Resource("statefulsets").Name(name).
			SetHeader("Accept", runtime.ContentTypeJSON).Do(ctx))
	})
	if err != nil {
		return sts.Snapshot{}, nil, c.explain(err, "get", "statefulsets.apps", name)
	}
	if err := sts.CheckQuantities(raw); err != nil {
		return sts.Snapshot{}, nil, fmt.Errorf("statefulset %q: %w", name, err)
	}
	set := &appsv1.StatefulSet{}
	if err := json.Unmarshal(raw, set); err != nil {
		return sts.Snapshot{}, nil, fmt.Errorf("statefulset %q: %w", name, err)
	}
	if err := sts.Countable(set); err != nil {
		return sts.Snapshot{}, nil, err
	}
	s, err := c.around(ctx, set)
	s.Raw = templateOf(raw)
	return s, raw, err
}

// templateOf is the pod template in a set's manifest, nil when there is none.
func templateOf(raw []byte) sts.Template {
	var set struct {
		Spec struct {
			Template json.RawMessage `json:"template"`
		} `json:"spec"`
	}
	if json.Unmarshal(raw, &set) != nil {
		return nil
	}
	return sts.Template(set.Spec.Template)
}

// quiet keeps client-go from logging what goes wrong.
func quiet(ctx context.Context) context.Context { return klog.NewContext(ctx, logr.Discard()) }

// body is a raw answer. [rest.Result.Raw] alone would lose the server's words
// about what went wrong, and the reason that it gives.
func body(result rest.Result) ([]byte, error) {
	if err := result.Error(); err != nil {
		return nil, err
	}
	return result.Raw()
}

// around reads what belongs to a set. Pods and revisions are asked for at the
// same time; the events only when a pod is missing.
func (c *Client) around(ctx context.Context, set *appsv1.StatefulSet) (sts.Snapshot, error) {
	selector, err := selectorOf(set)
	if err != nil {
		return sts.Snapshot{}, err
	}
	opts := metav1.ListOptions{LabelSelector: selector}
	revisionsDone := make(chan error, 1)
	var revisions *appsv1.ControllerRevisionList
	go func() {
		var err error
		revisions, err = again(ctx, func(ctx context.Context) (*appsv1.ControllerRevisionList, error) {
			return c.controllerRevisions(c.Namespace).List(ctx, opts)
		})
		revisionsDone <- c.explain(err, "list", "controllerrevisions.apps", "")
	}()
	pods, err := again(ctx, func(ctx context.Context) (*corev1.PodList, error) {
		return c.pods(c.Namespace).List(ctx, opts)
	})
	revisionsErr := <-revisionsDone
	if err := c.explain(err, "list", "pods", ""); err != nil {
		return sts.Snapshot{}, err
	}
	if revisionsErr != nil {
		return sts.Snapshot{}, revisionsErr
	}
	s := sts.Observe(set, pointers(pods.Items), pointers(revisions.Items), nil)
	if len(s.Pods) < s.Replicas() {
		// Not being allowed to read events only costs their words.
		events, err := again(ctx, func(ctx context.Context) (*corev1.EventList, error) {
			return c.events(c.Namespace).List(ctx, metav1.ListOptions{FieldSelector: aboutPods(set.Name)})
		})
		if err == nil {
			s.FailedCreates = sts.FailedCreates(pointers(events.Items))
		}
	}
	return c.nodesOf(ctx, s), nil
}

// aboutPods selects the events of a set, in which the controller says which pods
// it has made and deleted, and why it could not make one.
func aboutPods(set string) string {
	return fields.Set{
		"involvedObject.kind": "StatefulSet",
		"involvedObject.name": set,
	}.AsSelector().String()
}

func selectorOf(set *appsv1.StatefulSet) (string, error) {
	selector, err := metav1.LabelSelectorAsSelector(set.Spec.Selector)
	if err != nil {
		return "", fmt.Errorf("statefulset %q: selector: %w", set.Name, err)
	}
	return selector.String(), nil
}

func pointers[T any](items []T) []*T {
	out := make([]*T, len(items))
	for i := range items {
		out[i] = &items[i]
	}
	return out
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
func (c *Client) Scalers(ctx context.Context, set string) ([]sts.Autoscaler, error) {
	list, err := again(c.quiet(ctx), func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscalerList, error) {
		return c.horizontalPodAutoscalers(c.Namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return nil, c.explain(err, "list", "horizontalpodautoscalers.autoscaling", "")
	}
	var out []sts.Autoscaler
	for i := range list.Items {
		if ref := list.Items[i].Spec.ScaleTargetRef; ref.Kind == "StatefulSet" && ref.Name == set {
			out = append(out, sts.ObserveAutoscaler(&list.Items[i]))
		}
	}
	return out, nil
}

// Budgets adds the PodDisruptionBudgets that cover the set to a snapshot.
func (c *Client) Budgets(ctx context.Context, s sts.Snapshot) (sts.Snapshot, error) {
	list, err := again(c.quiet(ctx), func(ctx context.Context) (*policyv1.PodDisruptionBudgetList, error) {
		return c.podDisruptionBudgets(c.Namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return s, c.explain(err, "list", "poddisruptionbudgets.policy", "")
	}
	return s.WithBudgets(pointers(list.Items)), nil
}
