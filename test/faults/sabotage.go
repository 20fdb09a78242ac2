package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// How a plugin is broken, and where the plugin is that is not.
const (
	sabotageVar = "KUBECTL_STS_FAULTS_SABOTAGE"
	pluginVar   = "KUBECTL_STS_FAULTS_PLUGIN"
)

// What a plugin does that is broken on purpose.
const (
	deletesClaim  = "deletes a claim in a canary"
	dropsPolicy   = "lowers the replicas and does not care for whenScaled"
	losesRecord   = "loses the record of a claim that it deletes"
	letsVolumeGo  = "deletes a claim and does not retain its volume"
	deletesLowest = "deletes a pod below the gate"
	opensGate     = "opens the gate further than its step"
	deletesTwo    = "deletes two pods at once"
	scalesAtOnce  = "lowers the replicas while a pod that stays is away"
	endsWithSeven = "ends with 7"
	endsWithOne   = "ends with 1 without an error"
	doesNothing   = "does nothing and says that all is well"
	saysMore      = "prints more than objects"
	saysNothing   = "prints no outcome"
	panicsAtEnd   = "panics"
	neverEnds     = "never ends"
	annotates     = "writes where it should not"
	fightsBack    = "changes a set again that somebody else has changed"
	takesPod      = "deletes a pod that a disruption budget wants"
	deletesOther  = "deletes a pod of another set"
	boasts        = "says what is not so"
	keepsRecord   = "leaves its record on the set"
)

// broken is such a plugin at work.
type broken struct {
	how       string
	args      []string
	client    kubernetes.Interface
	namespace string
}

// sabotage runs the plugin and does wrong what it is told to; it returns the exit code.
func sabotage(how string, args []string) int {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: os.Getenv("KUBECONFIG")}
	load := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil)
	config, err := load.ClientConfig()
	if err != nil {
		return complain(err)
	}
	config.UserAgent = "kubectl-sts/broken"
	b := broken{how: how, args: args}
	if b.client, err = kubernetes.NewForConfig(config); err != nil {
		return complain(err)
	}
	if b.namespace, _, err = load.Namespace(); err != nil {
		return complain(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	code, err := b.run(ctx)
	if err != nil {
		return complain(err)
	}
	return code
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "sabotage:", err)
	return 1
}

// run does it.
func (b broken) run(ctx context.Context) (int, error) {
	pods := b.client.CoreV1().Pods(b.namespace)
	switch verb := b.args[0]; b.how {
	case doesNothing:
		return 0, nil
	case fightsBack:
		return 0, errors.Join(b.patch(ctx, `{"spec":{"minReadySeconds":1}}`), b.patch(ctx, `{"spec":{"minReadySeconds":0}}`))
	case deletesOther:
		return 0, pods.Delete(ctx, "x-0", metav1.DeleteOptions{})
	case takesPod:
		return 0, pods.Delete(ctx, "web-0", metav1.DeleteOptions{})
	case boasts:
		fmt.Printf(`{"type":"outcome","time":%q,"dryRun":"none","message":"held","result":"held","exitCode":5,"gate":"partition 9"}`+"\n",
			time.Now().UTC().Format(time.RFC3339))
		return 5, nil
	case neverEnds:
		select {}
	case dropsPolicy:
		if verb == "scale" {
			return 0, b.patch(ctx, `{"spec":{"replicas":1}}`)
		}
	case scalesAtOnce:
		return 0, errors.Join(pods.Delete(ctx, "web-0", metav1.DeleteOptions{}), b.patch(ctx, `{"spec":{"replicas":2}}`))
	case deletesTwo:
		for _, name := range []string{"web-2", "web-1"} {
			if err := pods.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
				return 0, err
			}
		}
	case letsVolumeGo:
		if verb == "scale" {
			return 0, errors.Join(b.patch(ctx, `{"spec":{"replicas":2}}`),
				b.client.CoreV1().PersistentVolumeClaims(b.namespace).Delete(ctx, "data-web-2", metav1.DeleteOptions{}))
		}
	}
	record, err := b.record(ctx)
	if err != nil {
		return 0, err
	}
	var stdout bytes.Buffer
	plugin := exec.CommandContext(ctx, os.Getenv(pluginVar), b.args...)
	plugin.Stdout, plugin.Stderr = &stdout, os.Stderr
	err = plugin.Run()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		return 0, err
	}
	if b.how != saysNothing {
		_, _ = os.Stdout.Write(stdout.Bytes())
	}
	return b.afterwards(ctx, plugin.ProcessState.ExitCode(), record)
}

// afterwards does what comes when the real plugin has ended.
func (b broken) afterwards(ctx context.Context, code int, record string) (int, error) {
	pods := b.client.CoreV1().Pods(b.namespace)
	switch verb := b.args[0]; {
	case b.how == endsWithSeven:
		return 7, nil
	case b.how == endsWithOne:
		return 1, nil
	case b.how == saysMore:
		fmt.Println("all is well")
	case b.how == panicsAtEnd:
		panic("broken on purpose")
	case b.how == deletesClaim && verb == "canary":
		return code, b.client.CoreV1().PersistentVolumeClaims(b.namespace).Delete(ctx, "data-web-0", metav1.DeleteOptions{})
	case b.how == deletesLowest && slices.Contains(b.args, "--hold"):
		return code, pods.Delete(ctx, "web-0", metav1.DeleteOptions{})
	case b.how == opensGate && slices.Contains(b.args, "--hold"):
		return code, b.patch(ctx, `{"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}}}}`)
	case b.how == losesRecord && verb == "scale":
		files, err := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".local", "state", "kubectl-sts", "pruned", "*"))
		for _, file := range files {
			err = errors.Join(err, os.Remove(file))
		}
		return code, err
	case b.how == annotates:
		return code, b.patch(ctx, `{"metadata":{"annotations":{"broken":"on purpose"}}}`)
	case b.how == keepsRecord && verb == "abort" && record != "":
		return code, b.patch(ctx, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, recordAnnotation, record))
	}
	return code, nil
}

// recordAnnotation is where the plugin keeps what a canary needs.
const recordAnnotation = "kubectl-sts.github.io/canary"

func (b broken) record(ctx context.Context) (string, error) {
	set, err := b.client.AppsV1().StatefulSets(b.namespace).Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	return set.Annotations[recordAnnotation], nil
}

func (b broken) patch(ctx context.Context, patch string) error {
	_, err := b.client.AppsV1().StatefulSets(b.namespace).Patch(ctx, "web", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	return err
}
