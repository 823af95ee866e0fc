if x:
    revision = 'a'
else:
    revision = 'b'
try:
    down_revision = None
except* E as e:
    pass
match a:
    case [1, *_]:
        pass
while 0: del revision
class A[T]:
    revision = 1
async def f(*, a=1, **k): return [await b async for c in d if (e := f)]
