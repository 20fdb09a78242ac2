package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/kubernetes/scheme"
)

// pair is a key and its value, as etcd's JSON gateway has them: in base64.
type pair struct {
	Key   []byte `json:"key"`
	Value []byte `json:"value"`
}

// put is one of the operations of a transaction.
type put struct {
	Put pair `json:"requestPut"`
}

// atATime is how many operations one transaction may have, with some to spare.
const atATime = 100

// original is an object that the API server has written.
type original struct {
	resource string
	object   runtime.Object
}

// copy gives the namespaces from this one on what the first one has.
func (b *bulk) copy(ctx context.Context, from int) error {
	storage := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	var all []original
	for _, resource := range []string{"statefulsets", "pods", "persistentvolumeclaims"} {
		pairs, err := b.read(ctx, "/registry/"+resource+"/"+namespaceName(0)+"/")
		if err != nil {
			return err
		}
		for _, p := range pairs {
			object, _, err := storage.Decode(p.Value, nil, nil)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Key, err)
			}
			all = append(all, original{resource, object})
		}
	}
	fmt.Fprintf(os.Stderr, "bulk: copying %d objects for each of %d namespaces\n", len(all), b.namespaces-from)
	var jobs []job
	for i := from; i < b.namespaces; i++ {
		jobs = append(jobs, func(ctx context.Context) error { return b.copyTo(ctx, storage, all, namespaceName(i)) })
	}
	if err := together(ctx, jobs); err != nil {
		return err
	}
	return b.seen(ctx)
}

// seen waits until the API server has taken over into its watch cache what was
// written behind its back. Until then it refuses to list.
func (b *bulk) seen(ctx context.Context) error {
	one := metav1.ListOptions{Limit: 1}
	for {
		_, sets := b.apps.StatefulSets("").List(ctx, one)
		_, pods := b.core.Pods("").List(ctx, one)
		_, claims := b.core.PersistentVolumeClaims("").List(ctx, one)
		err := errors.Join(sets, pods, claims)
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "Too large resource version") {
			return err
		}
		time.Sleep(time.Second)
	}
}

func (b *bulk) copyTo(ctx context.Context, storage runtime.Encoder, all []original, namespace string) error {
	uids := map[types.UID]types.UID{} // of the originals; what owns comes before what is owned
	var puts []put
	for i, o := range all {
		object := o.object.DeepCopyObject()
		meta, ok := object.(metav1.Object)
		if !ok {
			return fmt.Errorf("%T has no metadata", object)
		}
		uid := uuid.NewUUID()
		uids[meta.GetUID()] = uid
		meta.SetUID(uid)
		meta.SetNamespace(namespace)
		owners := meta.GetOwnerReferences()
		for j := range owners {
			owners[j].UID = uids[owners[j].UID]
		}
		if claim, ok := object.(*corev1.PersistentVolumeClaim); ok {
			claim.Spec.VolumeName = "pv-" + namespace + "-" + claim.Name
		}
		var value bytes.Buffer
		if err := storage.Encode(object, &value); err != nil {
			return err
		}
		puts = append(puts, put{pair{[]byte("/registry/" + o.resource + "/" + namespace + "/" + meta.GetName()), value.Bytes()}})
		if len(puts) == atATime || i == len(all)-1 {
			if err := b.call(ctx, "txn", map[string]any{"success": puts}, nil); err != nil {
				return err
			}
			puts = nil
		}
	}
	return nil
}

// read reads what is kept under keys that begin so.
func (b *bulk) read(ctx context.Context, prefix string) ([]pair, error) {
	end := []byte(prefix)
	end[len(end)-1]++
	var answer struct{ Kvs []pair }
	err := b.call(ctx, "range", map[string]any{"key": []byte(prefix), "range_end": end}, &answer)
	return answer.Kvs, err
}

// call asks etcd's JSON gateway.
func (b *bulk) call(ctx context.Context, what string, ask, answer any) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.etcd+"/v3/kv/"+what, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("etcd: %s: %s", what, text)
	case answer == nil:
		return nil
	}
	return json.Unmarshal(text, answer)
}
