package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
)

// What a plugin does that is broken on purpose.
const (
	deletesClaim    = "deletes a claim of a pod"
	deletesLast     = "deletes a claim that an earlier command was to delete"
	makesMap        = "makes an object that is none of its business"
	dropsPolicy     = "lowers the replicas and does not care for whenScaled"
	losesRecord     = "loses the record of a claim that it deletes"
	letsVolumeGo    = "deletes a claim and does not retain its volume"
	deletesLowest   = "deletes a pod below the gate"
	opensGate       = "opens the gate further than its step"
	deletesTwo      = "deletes two pods at once"
	scalesAtOnce    = "lowers the replicas while a pod that stays is away"
	opensAtOnce     = "opens the gate further while a pod is away"
	endsWithSeven   = "ends with 7"
	endsWithOne     = "ends with 1 without an error"
	endsWithFive    = "ends with 5 while all is well"
	doesNothing     = "does nothing and says that all is well"
	lowersOnly      = "lowers the replicas and says that all is well"
	saysMore        = "prints more than objects"
	saysNothing     = "prints no outcome"
	saysFour        = "prints another exit code than it ends with"
	panicsAtEnd     = "panics"
	neverEnds       = "never ends"
	annotates       = "writes where it should not"
	drawsRecord     = "leaves a record of a claim that it does not delete"
	fightsBack      = "changes a set again that somebody else has changed"
	takesPod        = "deletes a pod that a disruption budget wants"
	deletesOther    = "deletes a pod of another set"
	boastsPartition = "names a partition that is not so"
	boastsReplicas  = "names replicas that are not so"
	keepsRecord     = "leaves its record on the set"
	keepsMark       = "leaves the record of a recreate on the set"
	deletesAll      = "deletes the set with its pods and creates it again"
	createsOther    = "creates the set again with another template"
	asksAgain       = "has a claim ask for another size than somebody else wants"
	renewsTwice     = "replaces a claim and then the new one"
	renewsAtOnce    = "deletes a claim while the pod of another one is away"
	renewsNone      = "deletes a pod and leaves the claim that was to go"
	renewsOther     = "deletes a pod whose claim was not to be replaced"
	renewsUnkept    = "replaces a claim and does not retain its volume"
	haltsAtOnce     = "does nothing and ends with 4"
	endsInTrouble   = "takes everything back and ends with 4"
)

// The exit codes of a plugin that breaks off, and of one that waits for a promote:
// nothing that it was to do need be so.
const (
	halted = 4
	held   = 5
)

// breakages are how each is done. Each breaks one rule and no other.
var breakages = map[string]func(context.Context, broken) (int, error){
	deletesClaim: afterwards(func(ctx context.Context, b broken) error { return b.deleteClaim(ctx, "data-web-0") }),
	dropsPolicy: func(ctx context.Context, b broken) (int, error) {
		claims := b.client.CoreV1().PersistentVolumeClaims(b.namespace)
		return halted, errors.Join(b.lowers(ctx), gone(ctx, "data-web-2", claims.Watch, func() error {
			_, err := claims.Get(ctx, "data-web-2", metav1.GetOptions{})
			return err
		}))
	},
	deletesLast: func(ctx context.Context, b broken) (int, error) {
		_, _, err := b.plugin(ctx)
		return halted, errors.Join(err, b.lowers(ctx), b.deleteClaim(ctx, "data-web-2"))
	},
	makesMap: afterwards(func(ctx context.Context, b broken) error {
		_, err := b.client.CoreV1().ConfigMaps(b.namespace).Create(ctx,
			&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "broken"}}, metav1.CreateOptions{})
		return err
	}),
	losesRecord: afterwards(func(context.Context, broken) error { return loseRecords() }),
	letsVolumeGo: func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(b.lowers(ctx), b.deleteClaim(ctx, "data-web-2"))
	},
	deletesLowest: afterwards(func(ctx context.Context, b broken) error { return b.deletePod(ctx, "web-0") }),
	opensGate: func(ctx context.Context, b broken) (int, error) {
		_, err := b.endsWith(ctx, held)
		return held, errors.Join(err, b.opens(ctx, 1))
	},
	deletesTwo: func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(b.deletePod(ctx, "web-2"), b.deletePod(ctx, "web-1"))
	},
	scalesAtOnce: func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(b.deletePod(ctx, "web-0"), b.patch(ctx, `{"spec":{"replicas":2}}`))
	},
	opensAtOnce: func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(b.deletePod(ctx, "web-2"), b.opens(ctx, 1))
	},
	endsWithSeven: func(ctx context.Context, b broken) (int, error) { return b.endsWith(ctx, 7) },
	endsWithOne:   func(ctx context.Context, b broken) (int, error) { return b.endsWith(ctx, 1) },
	endsWithFive:  func(ctx context.Context, b broken) (int, error) { return b.endsWith(ctx, 5) },
	doesNothing:   func(context.Context, broken) (int, error) { return 0, nil },
	lowersOnly:    func(ctx context.Context, b broken) (int, error) { return 0, b.lowers(ctx) },
	saysMore: afterwards(func(context.Context, broken) error {
		fmt.Println("all is well")
		return nil
	}),
	saysNothing: func(ctx context.Context, b broken) (int, error) {
		_, code, err := b.plugin(ctx)
		return code, err
	},
	saysFour:    func(ctx context.Context, b broken) (int, error) { return b.saysHalted(ctx) },
	panicsAtEnd: afterwards(func(context.Context, broken) error { panic("broken on purpose") }),
	neverEnds:   func(context.Context, broken) (int, error) { select {} },
	annotates:   afterwards(func(ctx context.Context, b broken) error { return b.annotate(ctx, "broken", "on purpose") }),
	drawsRecord: afterwards(func(context.Context, broken) error { return drawRecord() }),
	fightsBack: func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(b.patch(ctx, `{"spec":{"minReadySeconds":1}}`), b.patch(ctx, `{"spec":{"minReadySeconds":0}}`))
	},
	takesPod:        func(ctx context.Context, b broken) (int, error) { return halted, b.deletePod(ctx, "web-0") },
	deletesOther:    func(ctx context.Context, b broken) (int, error) { return halted, b.deletePod(ctx, "x-0") },
	boastsPartition: func(context.Context, broken) (int, error) { return boast(`"gate":"partition 9"`) },
	boastsReplicas:  func(context.Context, broken) (int, error) { return boast(`"replicas":9`) },
	keepsRecord: func(ctx context.Context, b broken) (int, error) {
		record, err := b.annotation(ctx, annotations.Rollout)
		if err != nil {
			return 0, err
		}
		_, err = b.saysHalted(ctx)
		return halted, errors.Join(err, b.annotate(ctx, annotations.Rollout, record))
	},
	keepsMark: afterwards(func(ctx context.Context, b broken) error {
		set, err := b.client.AppsV1().StatefulSets(b.namespace).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		return b.annotate(ctx, annotations.Recreate, fmt.Sprintf(`{"version":1,"id":"broken","started":"2026-01-02T03:04:05Z",`+
			`"uid":%q,"what":"on purpose","partition":0,"whenScaled":"Retain","whenDeleted":"Retain"}`, set.UID))
	}),
	deletesAll: func(ctx context.Context, b broken) (int, error) {
		return halted, b.recreates(ctx, metav1.DeletePropagationBackground, func(*appsv1.StatefulSet) {})
	},
	createsOther: func(ctx context.Context, b broken) (int, error) {
		return halted, b.recreates(ctx, metav1.DeletePropagationOrphan, func(set *appsv1.StatefulSet) {
			set.Spec.Template.Annotations["broken"] = "on purpose"
		})
	},
	asksAgain: func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(b.resizes(ctx, "data-web-2", "1536Mi"), b.resizes(ctx, "data-web-1", "3Gi"),
			b.resizes(ctx, "data-web-2", "3Gi"))
	},
	renewsTwice: replacing(func(ctx context.Context, b broken) error {
		return errors.Join(b.renews(ctx, "web-2"), b.renews(ctx, "web-2"))
	}),
	renewsAtOnce: replacing(func(ctx context.Context, b broken) error {
		return errors.Join(b.deleteClaim(ctx, "data-web-2"), b.deletePod(ctx, "web-2"), b.deleteClaim(ctx, "data-web-1"))
	}),
	renewsNone:   replacing(func(ctx context.Context, b broken) error { return b.deletePod(ctx, "web-2") }),
	renewsOther:  replacing(func(ctx context.Context, b broken) error { return b.deletePod(ctx, "web-0") }),
	renewsUnkept: replacing(func(ctx context.Context, b broken) error { return b.renews(ctx, "web-2") }),
	haltsAtOnce:  func(context.Context, broken) (int, error) { return boast(`"replicas":3`) },
	endsInTrouble: func(ctx context.Context, b broken) (int, error) {
		_, err := b.saysHalted(ctx)
		return halted, err
	},
}

// saysHalted does all that the plugin was told to, and says that it has broken off.
func (b broken) saysHalted(ctx context.Context) (int, error) {
	stdout, code, err := b.plugin(ctx)
	_, _ = os.Stdout.Write(bytes.ReplaceAll(stdout, []byte(`"exitCode":0`), fmt.Appendf(nil, `"exitCode":%d`, halted)))
	return code, err
}

// endsWith does all that the plugin was told to, says nothing, and ends as it likes.
func (b broken) endsWith(ctx context.Context, code int) (int, error) {
	_, _, err := b.plugin(ctx)
	return code, err
}

func (b broken) opens(ctx context.Context, partition int) error {
	return b.patch(ctx, fmt.Sprintf(`{"spec":{"updateStrategy":{"rollingUpdate":{"partition":%d}}}}`, partition))
}

func (b broken) annotate(ctx context.Context, name, value string) error {
	return b.patch(ctx, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, name, value))
}

func (b broken) annotation(ctx context.Context, name string) (string, error) {
	set, err := b.client.AppsV1().StatefulSets(b.namespace).Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if set.Annotations[name] == "" {
		return "", fmt.Errorf("the set has no annotation %s", name)
	}
	return set.Annotations[name], nil
}

// boast prints an outcome that is not so.
func boast(field string) (int, error) {
	fmt.Printf(`{"type":"outcome","time":%q,"dryRun":"none","message":"halted","result":"halted","exitCode":%d,%s}`+"\n",
		time.Now().UTC().Format(time.RFC3339), halted, field)
	return halted, nil
}

// recordsFolder is where claims are recorded that are deleted.
func recordsFolder() string {
	return filepath.Join(os.Getenv("HOME"), ".local", "state", "kubectl-sts", "pruned")
}

func loseRecords() error {
	files, err := filepath.Glob(filepath.Join(recordsFolder(), "*"))
	if err == nil && len(files) == 0 {
		err = errors.New("there is no record to lose")
	}
	for _, file := range files {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

func drawRecord() error {
	if err := os.MkdirAll(recordsFolder(), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(recordsFolder(), "broken.yaml"), []byte("on purpose\n"), 0o600)
}
