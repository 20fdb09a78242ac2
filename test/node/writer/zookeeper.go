package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
)

// zookeeper speaks the little of ZooKeeper's protocol that the writer needs. Every
// member takes writes, and acknowledges what most of them have on disk.
type zookeeper struct {
	conn net.Conn
	xid  int32
}

const (
	zkCreate      = 1
	zkGetChildren = 8
	zkSync        = 9

	zkNodeExists = -110

	zkRoot = "/proof" // the values are its children
)

// zkSession is how long a member remembers us, in milliseconds: every write says
// that we are there.
const zkSession = 30_000

// connectZooKeeper opens a session, which a member agrees to when it serves: when it
// knows a leader that most follow.
func connectZooKeeper(ctx context.Context, address string) (member, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(address, "2181"))
	if err != nil {
		return nil, err
	}
	z := &zookeeper{conn: conn}
	var hello message
	hello.int(0)  // version
	hello.long(0) // the last change seen
	hello.int(zkSession)
	hello.long(0)                 // a new session
	hello.bytes(make([]byte, 16)) // its password
	if _, err := z.exchange(ctx, hello); err != nil {
		z.close()
		return nil, err
	}
	return z, nil
}

func (z *zookeeper) close() { _ = z.conn.Close() }

func (z *zookeeper) primary(context.Context) (bool, error) { return true, nil }

func (z *zookeeper) prepare(ctx context.Context) error {
	err := z.create(ctx, zkRoot)
	if errors.Is(err, zkError(zkNodeExists)) {
		return nil
	}
	return err
}

func (z *zookeeper) write(ctx context.Context, value int64) error {
	return z.create(ctx, zkRoot+"/"+strconv.FormatInt(value, 10))
}

// values are read once the member has all that the leader has.
func (z *zookeeper) values(ctx context.Context) (map[int64]bool, error) {
	var path message
	path.bytes([]byte(zkRoot))
	if _, err := z.do(ctx, zkSync, path); err != nil {
		return nil, err
	}
	_ = path.WriteByte(0) // no watch
	answer, err := z.do(ctx, zkGetChildren, path)
	if err != nil {
		return nil, err
	}
	return children(answer)
}

func (z *zookeeper) create(ctx context.Context, path string) error {
	var body message
	body.bytes([]byte(path))
	body.bytes(nil)
	body.int(1) // one rule: anyone may do anything
	body.int(31)
	body.bytes([]byte("world"))
	body.bytes([]byte("anyone"))
	body.int(0) // it stays
	_, err := z.do(ctx, zkCreate, body)
	return err
}

// zkError is a code that a member answers with.
type zkError int32

func (e zkError) Error() string { return fmt.Sprintf("ZooKeeper answers %d", int32(e)) }

// do sends a request and returns what comes after the header of the answer.
func (z *zookeeper) do(ctx context.Context, kind int32, body message) ([]byte, error) {
	z.xid++
	var request message
	request.int(z.xid)
	request.int(kind)
	_, _ = request.Write(body.Bytes())
	answer, err := z.exchange(ctx, request)
	if err != nil {
		return nil, err
	}
	const header = 4 + 8 + 4 // the request's number, the last change, the code
	if len(answer) < header {
		return nil, io.ErrUnexpectedEOF
	}
	if xid := int32(binary.BigEndian.Uint32(answer)); xid != z.xid { //nolint:gosec // It is one.
		return nil, fmt.Errorf("an answer to %d, not to %d", xid, z.xid)
	}
	if code := int32(binary.BigEndian.Uint32(answer[12:])); code != 0 { //nolint:gosec // It is one.
		return nil, zkError(code)
	}
	return answer[header:], nil
}

// exchange sends one message and reads one.
func (z *zookeeper) exchange(ctx context.Context, m message) ([]byte, error) {
	deadline, _ := ctx.Deadline() // none is the zero time, which is none there, too
	if err := z.conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	var framed message
	framed.bytes(m.Bytes())
	if _, err := z.conn.Write(framed.Bytes()); err != nil {
		return nil, err
	}
	var length uint32
	if err := binary.Read(z.conn, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	answer := make([]byte, length)
	_, err := io.ReadFull(z.conn, answer)
	return answer, err
}

// children are the names in an answer, each of which is a value.
func children(answer []byte) (map[int64]bool, error) {
	in := bytes.NewReader(answer)
	var count, length uint32
	if err := binary.Read(in, binary.BigEndian, &count); err != nil {
		return nil, err
	}
	values := make(map[int64]bool)
	for range count {
		if err := binary.Read(in, binary.BigEndian, &length); err != nil {
			return nil, err
		}
		name := make([]byte, min(int(length), len(answer)))
		if _, err := io.ReadFull(in, name); err != nil {
			return nil, err
		}
		value, err := strconv.ParseInt(string(name), 10, 64)
		if err != nil {
			return nil, err
		}
		values[value] = true
	}
	return values, nil
}

// A message is what a request is made of, as ZooKeeper has it: numbers have their
// first byte first, and what has a length begins with it.
type message struct{ bytes.Buffer }

func (m *message) int(n int32)  { _ = binary.Write(m, binary.BigEndian, n) }
func (m *message) long(n int64) { _ = binary.Write(m, binary.BigEndian, n) }

func (m *message) bytes(b []byte) {
	m.int(int32(len(b))) //nolint:gosec // They are short.
	_, _ = m.Write(b)
}
